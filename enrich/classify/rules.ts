import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { LineCounter, parseDocument } from 'yaml'
import { z } from 'zod'
import { DIRECTIONS, STAGES } from '../../schemas/event.ts'
import { REASONS } from '../../schemas/reasons.ts'
import { PROVIDERS } from '../provider/provider.ts'

/** When a rule is asked: each tier only where none before it decided. `operator` are the operator's own. */
export const TIERS = ['operator', 'provider', 'words', 'stage', 'enhanced', 'weak', 'code'] as const

const ids = new Set(PROVIDERS.map((provider) => provider.id))
const text = z.string().min(1)
// One letter stands in every reply; one sign of Chinese or Japanese may be a word.
const phrase = text.refine((notation) => notation.split('*').some((piece) => /..|[^\x00-\x7f]/.test(piece)), {
  error: 'is too short to be looked for; give a piece of two characters',
})
const Providers = z.array(z.string().refine((id) => ids.has(id), 'no such provider')).optional()
const Reason = z.string().refine((name) => REASONS.has(name), 'no such reason')
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
    words: z.array(phrase).min(1).optional(),
    all: z.array(phrase).min(1).optional(),
    none: z.array(phrase).optional(),
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
    reason: Reason,
    /** What else words as open as these are used for, likeliest first. */
    also: z.array(Reason).optional(),
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

/** A file of an operator's own rules: they have a tier of their own. */
export const OwnRuleFileSchema = RuleFileSchema.extend({
  tier: z.literal('operator').default('operator'),
  order: z.int().default(0),
})

/** A rule with the tier of its file, and the file's path. */
export type Rule = z.infer<typeof RuleSchema> & { tier: (typeof TIERS)[number]; file: string }

/** A rule file that cannot be used: the message says where and what is wrong. */
export class RuleError extends Error {}

/** The line on which a value of a JSON text stands, or what holds it. */
export function lineOf(json: string, path: readonly PropertyKey[]): number {
  const lines = new LineCounter()
  const document = parseDocument(json, { lineCounter: lines })
  for (let length = path.length; length > 0; length--) {
    const node = document.getIn(path.slice(0, length), true) as
      | { range?: [number, number, number] }
      | undefined
    if (node?.range) return lines.linePos(node.range[0]).line
  }
  return 1
}

function syntaxFault(json: string): string | undefined {
  try {
    JSON.parse(json)
    return undefined
  } catch (error) {
    return (error as Error).message
  }
}

/** Whether a text up to the end of a line is JSON so far. */
function isBegun(json: string): boolean {
  const fault = syntaxFault(json) ?? ''
  const position = /at position (\d+)/.exec(fault)?.[1]
  return fault.includes('end of JSON') || (position !== undefined && Number(position) >= json.length)
}

function parsedJson(file: string, json: string): unknown {
  const fault = syntaxFault(json)
  if (fault === undefined) return JSON.parse(json)
  const lines = json.split('\n')
  const line = lines.findIndex((_, i) => !isBegun(lines.slice(0, i + 1).join('\n')))
  throw new RuleError(
    `${file}:${line < 0 ? lines.length : line + 1}: ${fault.replace(/,? \.{3}[\s\S]*| in JSON at [\s\S]*/, '')}`,
  )
}

/** Reads one rule file's text; throws a RuleError with file, line and rule where it is wrong. */
export function parseRules(
  file: string,
  json: string,
  schema: typeof RuleFileSchema | typeof OwnRuleFileSchema = RuleFileSchema,
): { order: number; rules: Rule[] } {
  const refuse = (error: z.ZodError, path: PropertyKey[], id = ''): never => {
    const [issue] = error.issues
    const at = [...path, ...(issue?.path ?? [])]
    const field = (issue?.path ?? []).join('.')
    const what = [id && `rule ${id}`, field, issue?.message].filter(Boolean).join(': ')
    throw new RuleError(`${file}:${lineOf(json, at)}: ${what}`)
  }
  const read = schema.safeParse(parsedJson(file, json))
  if (!read.success) return refuse(read.error, [])
  const { tier, order, provider } = read.data
  const rules = read.data.rules.map((raw, index): Rule => {
    const rule = RuleSchema.safeParse(raw)
    const id = String((raw as { id?: unknown } | null)?.id ?? `${index + 1}`)
    if (!rule.success) return refuse(rule.error, ['rules', index], id)
    return { ...rule.data, ...(provider && !rule.data.provider ? { provider } : {}), tier, file }
  })
  return { order, rules }
}

/** One of our files, taken at its word: checking them all takes longer than all else at start, so a test does it. */
function trustedRules(file: string, json: string): { order: number; rules: Rule[] } {
  const { tier, order, provider, rules } = JSON.parse(json) as Rule & { order: number; rules: Rule[] }
  for (const rule of rules) {
    rule.tier = tier
    rule.file = file
    if (provider !== undefined) rule.provider ??= provider
  }
  return { order, rules }
}

function readFolder(folder: string, parse: typeof trustedRules): Rule[] {
  const files = readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .sort()
    .map((name) => join(folder, name))
  return files
    .map((file) => parse(file, readFileSync(file, 'utf8')))
    .sort((a, b) => a.order - b.order)
    .flatMap(({ rules }) => rules)
}

const OURS = fileURLToPath(new URL('./rules/', import.meta.url))

/**
 * All rules in the order in which they are asked: those of an operator's folder, where one is given, before ours.
 * Throws a RuleError where one of the operator's is wrong or an id stands twice, and the system's error where the
 * folder cannot be read.
 */
export function loadRules(own?: string): Rule[] {
  const rules = [
    ...(own === undefined ? [] : readFolder(own, (file, json) => parseRules(file, json, OwnRuleFileSchema))),
    ...readFolder(OURS, trustedRules),
  ]
  const seen = new Map<string, string>()
  for (const { id, file } of rules) {
    const before = seen.get(id)
    if (before !== undefined)
      throw new RuleError(`${before}: rule ${id} is in ${file} too; give it another id`)
    seen.set(id, file)
  }
  return rules.sort((a, b) => TIERS.indexOf(a.tier) - TIERS.indexOf(b.tier))
}
