import { globSync, readFileSync } from 'node:fs'
import { stripTypeScriptTypes } from 'node:module'
import { join } from 'node:path'
import { parse } from 'acorn'
import { type AttackPattern, check } from 'recheck'
import { expect, test } from 'vitest'
import { loadRules } from '../enrich/classify/rules.ts'
import { PROVIDERS } from '../enrich/provider/provider.ts'

// A remote server chooses the words of a log and a browser the words of a request: an expression that takes more than
// linear time lets one line stop the pipeline. Every expression that is shipped is checked, whatever it is used for.

const root = join(import.meta.dirname, '..')

interface Expression {
  where: string
  pattern: string
  flags: string
}

/** The literals of a file, and the lines on which an expression is made of a text. */
function expressionsOf(file: string): { literals: Expression[]; made: string[] } {
  const source = readFileSync(join(root, file), 'utf8')
  const literals: Expression[] = []
  const made: string[] = []
  // Stripping types keeps every place, so that lines are those of the source.
  parse(file.endsWith('.ts') ? stripTypeScriptTypes(source) : source, {
    ecmaVersion: 'latest',
    sourceType: 'module',
    allowHashBang: true,
    locations: true,
    onToken(token) {
      const { type, loc } = token
      const { value } = token as { value?: unknown }
      if (type.label === 'regexp') {
        const { pattern, flags } = value as { pattern: string; flags: string }
        // Indices of groups change nothing of the time, and the checker does not know the flag.
        literals.push({ where: `${file}:${loc?.start.line}`, pattern, flags: flags.replace('d', '') })
      } else if (type.label === 'name' && value === 'RegExp')
        made.push(`${file}: ${source.split('\n')[(loc?.start.line ?? 1) - 1]?.trim()}`)
    },
  })
  return { literals, made }
}

const FILES = globSync('{cli,dashboards,enrich,ingest,schemas,store,verdict}/**/*.{ts,js,mjs}', { cwd: root })
const found = FILES.sort().map(expressionsOf)

/** Expressions made at run time, and what is known of each. A new one must be told here, and how it is safe. */
const MADE: Record<string, string> = {
  // Checked below, as they are compiled there.
  'enrich/classify/evidence.ts: pattern: rule.pattern === undefined ? undefined : new RegExp(rule.pattern),':
    'rules',
  "enrich/provider/provider.ts: text ? [{ id, text: new RegExp(text, 'i'), required: requiredLiterals(text) }] : [],":
    'providers',
  'enrich/classify/rules.ts: new RegExp(source)': 'compiled to see whether it can be, never run',
  'store/http/insert.ts: const token = new RegExp(TOKEN)': 'a copy of a literal',
  "ingest/sources/kafka/topics.ts: return text.length > 2 && text.startsWith('/') && text.endsWith('/') ? new RegExp(text.slice(1, -1)) : text":
    "the operator's own pattern, on names of topics of at most 249 characters",
  'schemas/kafka-config.ts: new RegExp(topic.slice(1, -1))': 'compiled to see whether it can be, never run',
  'store/http/answer.ts: bytes.length > 0 ? ENCODERS.find(([name]) => new RegExp(`\\\\b${name}\\\\b`).test(wanted)) : undefined':
    'one of our own words between word boundaries, in a header',
}

/**
 * Expressions of which only a bound on the input can be told: the place where it is cut, and its length. The checker
 * counts their counted repeats as if these grew with the input.
 */
const BOUNDED: Record<string, { bound: number; because: string }> = {
  '\\[(?:TSS|TS|BL|GL|IPTS|PH)0?\\d\\d?\\]|mta\\d{1,12}\\.[^ ]{0,60}yahoo': {
    bound: 2048,
    because: 'enrich/classify/mask.ts cuts the reply at MAX_TEXT before the match; 60 steps a character',
  },
}

const all: Expression[] = [
  ...found.flatMap(({ literals }) => literals),
  ...loadRules().flatMap(({ id, pattern }) =>
    pattern === undefined ? [] : [{ where: `enrich/classify/rules: ${id}`, pattern, flags: '' }],
  ),
  ...PROVIDERS.flatMap(({ id, text }) =>
    text === undefined ? [] : [{ where: `enrich/provider/providers.json: ${id}`, pattern: text, flags: 'i' }],
  ),
]

/** How long an expression takes at the most for so many characters of an attack, in milliseconds: the best of three. */
function took({ pattern, flags }: Expression, { pumps, suffix }: AttackPattern, length: number): number {
  const pumped = pumps.reduce((sum, { pump }) => sum + pump.length, 0)
  const times = Math.ceil(length / pumped)
  const text = pumps.map(({ prefix, pump }) => prefix + pump.repeat(times)).join('') + suffix
  const expression = new RegExp(pattern, flags)
  const tries = [1, 2, 3].map(() => {
    const begun = performance.now()
    expression.exec(text)
    expression.lastIndex = 0
    return performance.now() - begun
  })
  return Math.min(...tries)
}

/** What is wrong with an expression; undefined where its time is linear, or bounded as told above. */
async function fault(one: Expression): Promise<string | undefined> {
  const { where, pattern, flags } = one
  // One seed, so that what is searched for at random is found at every run or at none.
  const answer = await check(pattern, flags, { randomSeed: 1, timeout: 60_000 })
  if (answer.status === 'safe') return undefined
  if (answer.status === 'unknown') return `${where}: /${pattern}/${flags}: not checked: ${answer.error.kind}`
  const { attack, checker, complexity } = answer
  const { bound } = BOUNDED[pattern] ?? {}
  // The automaton knows. The search at random counts steps, and on a busy machine too few to see how they grow: what it
  // suspects to be quadratic it has to show. 50,000 characters are seconds then.
  const isSuspected = checker === 'fuzz' && complexity.type === 'polynomial' && complexity.degree === 2
  const length = bound ?? (isSuspected ? 50_000 : undefined)
  if (length !== undefined && took(one, attack, length) < 100) return undefined
  return `${where}: /${pattern}/${flags}: ${complexity.summary}: ${attack.pattern}`
}

test('every regular expression takes linear time', async () => {
  expect(all.length).toBeGreaterThan(150)
  const unique = [...new Map(all.map((one) => [`/${one.pattern}/${one.flags}`, one])).values()]
  const faults: string[] = []
  for (const one of unique) faults.push((await fault(one)) ?? '')
  expect(faults.filter((text) => text !== '')).toEqual([])
}, 240_000)

test('every expression that is made at run time is known, and no exception is stale', () => {
  expect(found.flatMap(({ made }) => made).sort()).toEqual(Object.keys(MADE).sort())
  const patterns = new Set(all.map(({ pattern }) => pattern))
  expect(Object.keys(BOUNDED).filter((pattern) => !patterns.has(pattern))).toEqual([])
})
