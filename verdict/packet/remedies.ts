import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as z from 'zod'

const Remedy = z.object({
  /** What our side does, and what theirs does. */
  sender: z.string(),
  recipient: z.string(),
  /** A provider's page or form for this reason. */
  providers: z
    .record(z.string(), z.object({ url: z.url({ protocol: /^https$/ }), note: z.string() }))
    .default({}),
})
/** What can be done about a reason. */
export type Remedy = z.infer<typeof Remedy>

/** The remedies of a file by reason; none where there is no file, and without entries of another shape. */
export function readRemedies(
  file = join(import.meta.dirname, '../../schemas/remedies.json'),
): ReadonlyMap<string, Remedy> {
  if (!existsSync(file)) return new Map()
  const entries: [string, unknown][] = Object.entries(JSON.parse(readFileSync(file, 'utf8')))
  return new Map(
    entries.flatMap(([reason, entry]): [string, Remedy][] => {
      const { success, data } = Remedy.safeParse(entry)
      return success ? [[reason, data]] : []
    }),
  )
}
