import { readdirSync, readFileSync } from 'node:fs'
import { z } from 'zod'
import { DIRECTIONS, STAGES } from '../../schemas/event.ts'
import { REASONS } from '../../schemas/reasons.ts'
import { PROVIDERS } from '../provider/provider.ts'

/** When a rule is asked: each tier only where none before it decided. */
export const TIERS = ['operator', 'provider', 'words', 'stage', 'enhanced', 'weak', 'code'] as const

const ids = new Set(PROVIDERS.map((provider) => provider.id))
const text = z.string().min(1)
const Providers = z.array(z.string().refine((id) => ids.has(id), 'no such provider')).optional()
const Example = z.union([
  text,
  z.strictObject({
    reply_text: text,
    stage: z.enum(STAGES).optional(),
    remote_host: text.optional(),
    direction: z.enum(DIRECTIONS).optional(),
    reply_code: z.number().optional(),
    enhanced_code: z.string().optional(),
  }),
])

/** What makes a pattern unsafe on hostile text, or undefined: repeats need a bound, and few of them. */
export function patternFault(source: string): string | undefined {
  const bare = source.replace(/\\./g, '_').replace(/\[[^\]]*(?:\]|$)/g, '_')
  if (/[*+]|\{\d+,\}/.test(bare)) return 'a repeat without a bound'
  if (/\\[1-9k]|\(\?</.test(source)) return 'a back reference or look-behind'
  if ((bare.match(/\{\d/g) ?? []).length > 3) return 'more than three counted repeats'
  try {
    new RegExp(source)
  } catch (error) {
    return (error as Error).message
  }
  return undefined
}

/** One rule. All conditions that it names must hold; of `words` one phrase, of `all` every phrase. */
export const RuleSchema = z
  .strictObject({
    id: z.string().regex(/^[a-z0-9][a-z0-9-]*$/),
    words: z.array(text).min(1).optional(),
    all: z.array(text).min(1).optional(),
    none: z.array(text).optional(),
    pattern: text
      .superRefine((source, ctx) => {
        const fault = patternFault(source)
        if (fault !== undefined) ctx.addIssue({ code: 'custom', message: fault })
      })
      .optional(),
    code: z.array(z.string().regex(/^[245](\d\d|xx)$/)).optional(),
    enhanced: z.array(z.string().regex(/^[245X]\.\d{1,3}\.\d{1,3}$/)).optional(),
    stage: z.array(z.enum(STAGES)).optional(),
    provider: Providers,
    direction: z.enum(DIRECTIONS).optional(),
    reason: z.string().refine((name) => REASONS.has(name), 'no such reason'),
    confidence: z.int().min(1).max(100).optional(),
    source: text,
    examples: z.array(Example).min(1),
  })
  .refine((rule) => rule.words ?? rule.all ?? rule.pattern ?? rule.code ?? rule.enhanced ?? rule.stage, {
    message: 'a rule without any condition would decide everything',
  })

/** A file of rules; files of a tier are asked by `order`, rules within a file from the top. */
export const RuleFileSchema = z.strictObject({
  tier: z.enum(TIERS),
  order: z.int(),
  provider: Providers,
  rules: z.array(z.unknown()),
})

/** A rule with the tier of its file. */
export type Rule = z.infer<typeof RuleSchema> & { tier: (typeof TIERS)[number] }

/** Reads one rule file's text; throws with file, line and rule where it is wrong. */
export function parseRules(name: string, json: string): { order: number; rules: Rule[] } {
  const refuse = (id: string, message: string): never => {
    const at = id === '' ? -1 : json.split('\n').findIndex((line) => line.includes(`"${id}"`))
    throw new Error(`${name}${at < 0 ? '' : `:${at + 1}`}: ${id === '' ? '' : `rule ${id}: `}${message}`)
  }
  let data: unknown
  try {
    data = JSON.parse(json)
  } catch (error) {
    return refuse('', (error as Error).message)
  }
  const file = RuleFileSchema.safeParse(data)
  if (!file.success) return refuse('', z.prettifyError(file.error))
  const { tier, order, provider } = file.data
  const rules = file.data.rules.map((raw, index): Rule => {
    const rule = RuleSchema.safeParse(raw)
    const id = String((raw as { id?: unknown } | null)?.id ?? `#${index + 1}`)
    if (!rule.success) return refuse(id, z.prettifyError(rule.error))
    return { ...rule.data, ...(provider && !rule.data.provider ? { provider } : {}), tier }
  })
  return { order, rules }
}

/** All rules of a directory in the order in which they are asked. */
export function loadRules(directory: URL = new URL('./rules/', import.meta.url)): Rule[] {
  const files = readdirSync(directory)
    .filter((name) => name.endsWith('.json'))
    .sort()
    .map((name) => parseRules(name, readFileSync(new URL(name, directory), 'utf8')))
  const rules = files.sort((a, b) => a.order - b.order).flatMap((file) => file.rules)
  const seen = new Set<string>()
  for (const { id } of rules) {
    if (seen.has(id)) throw new Error(`rule ${id} is defined twice`)
    seen.add(id)
  }
  return rules.sort((a, b) => TIERS.indexOf(a.tier) - TIERS.indexOf(b.tier))
}
