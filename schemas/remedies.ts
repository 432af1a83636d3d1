import * as z from 'zod'
import { REASONS } from './reasons.ts'
import data from './remedies.json' with { type: 'json' }

/** What to do about one reason. */
export const RemedySchema = z.strictObject({
  /** What the sender checks. */
  sender: z.string().min(1),
  /** What the recipient's administrator checks. */
  recipient: z.string().min(1),
  /** What to send when escalating. */
  send: z.string().min(1),
  /** The provider's own page, by the id of enrich/provider/providers.json. */
  providers: z.record(z.string(), z.strictObject({ url: z.url(), note: z.string().optional() })).default({}),
})

export type Remedy = z.infer<typeof RemedySchema>

/** Remedies by reason. */
export const RemediesSchema = z.record(
  z.string().refine((name) => REASONS.has(name), 'no such reason'),
  RemedySchema,
)

let remedies: Record<string, Remedy> | undefined

/** The remedy of a reason; undefined where there is none. */
export function remedyOf(reason: string): Remedy | undefined {
  remedies ??= RemediesSchema.parse(data)
  return Object.hasOwn(remedies, reason) ? remedies[reason] : undefined
}
