import { readFileSync } from 'node:fs'
import { relative, resolve } from 'node:path'
import { type Classifier, compile, type Reply } from '../enrich/classify/classify.ts'
import { lineOf, OwnRuleFileSchema, parseRules, type Rule, RuleError } from '../enrich/classify/rules.ts'
import { shown } from '../verdict/shown.ts'
import { loadConfiguration } from './arguments/configuration.ts'
import { readGiven } from './arguments/given-file.ts'
import { HELP_OPTION, parseOptions, unexpected } from './arguments/options.ts'
import { configuredRules } from './arguments/own-rules.ts'
import { UsageError } from './arguments/usage-error.ts'
import { print, rowFormat, rowsText } from './output/rows.ts'

const HELP = `faultline rules [--json | --csv] [--config FILE]
faultline rules show ID [--json]
faultline rules test FILE

Lists the rules that judge replies, in the order in which they are asked; shows one; or tests a rule file: each
example must be decided by its own rule, with all other rules beside it. Exit code 1 where one is not.

  --config FILE    configuration file, for a folder of own rules
  --json, --csv    for programs

example:  faultline rules test /etc/faultline/rules/mine.json`

const OPTIONS = {
  json: { type: 'boolean', default: false },
  csv: { type: 'boolean', default: false },
  config: { type: 'string' },
  ...HELP_OPTION,
} as const

const CONDITIONS = [
  'words',
  'all',
  'none',
  'pattern',
  'code',
  'enhanced',
  'stage',
  'direction',
  'provider',
] as const
const COLUMNS = ['id', 'tier', 'reason', 'provider', 'conditions', 'file'] as const

/** A path from here, unless it would lead out. */
function shortest(file: string): string {
  const path = relative('', file)
  return path.startsWith('..') ? file : path
}

function row(rule: Rule): Record<(typeof COLUMNS)[number], string> {
  const conditions = CONDITIONS.filter((name) => name !== 'provider' && rule[name] !== undefined)
  const { id, tier, reason, provider = [] } = rule
  return {
    id,
    tier,
    reason,
    provider: provider.join(' '),
    conditions: conditions.join(' '),
    file: shortest(rule.file),
  }
}

/** Where an example of a rule stands, as file:line. */
function placeOf({ id, file }: Rule, example: number): string {
  const json = readFileSync(file, 'utf8')
  const { rules } = JSON.parse(json) as { rules: { id: string }[] }
  const index = rules.findIndex((rule) => rule.id === id)
  return `${shortest(file)}:${lineOf(json, ['rules', index, 'examples', example])}`
}

const replyOf = (example: Rule['examples'][number]): Reply =>
  typeof example === 'string' ? { reply_text: example } : example

function ruleText(rule: Rule): string {
  const lines = [
    ['id', rule.id],
    ['tier', rule.tier],
    ['reason', rule.reason],
    ...CONDITIONS.map((name) => [name, [rule[name] ?? []].flat().join('\n')] as const),
    ['confidence', rule.confidence === undefined ? '' : `${rule.confidence}%`],
    ['source', rule.source],
    ['examples', rule.examples.map((example) => shown(replyOf(example).reply_text)).join('\n')],
    ['file', placeOf(rule, 0)],
  ] as const
  return lines
    .flatMap(([name, text]) =>
      text === '' ? [] : text.split('\n').map((part, i) => `${(i === 0 ? name : '').padEnd(12)}${part}\n`),
    )
    .join('')
}

async function show(rules: readonly Rule[], id: string | undefined, json: boolean): Promise<number> {
  if (id === undefined) throw new UsageError('give the id of a rule; faultline rules lists them')
  const rule = rules.find((one) => one.id === id)
  if (rule === undefined)
    throw new UsageError(`no rule has the id ${JSON.stringify(id)}; faultline rules lists them`)
  await print(json ? `${JSON.stringify(rule)}\n` : ruleText(rule))
  return 0
}

/** The rules of a file, and the classifier in which they stand: as they are loaded, or as an operator's own. */
function underTest(file: string, rules: readonly Rule[]): { tested: Rule[]; classifier: Classifier } {
  const path = resolve(file)
  const loaded = rules.filter((rule) => resolve(rule.file) === path)
  if (loaded.length > 0) return { tested: loaded, classifier: compile(rules) }
  const json = readGiven(file).toString()
  try {
    const tested = parseRules(file, json, OwnRuleFileSchema).rules
    const ids = new Set(tested.map(({ id }) => id))
    return { tested, classifier: compile([...tested, ...rules.filter(({ id }) => !ids.has(id))]) }
  } catch (error) {
    if (error instanceof RuleError) throw new UsageError(error.message)
    throw error
  }
}

async function test(rules: readonly Rule[], file: string | undefined): Promise<number> {
  if (file === undefined) throw new UsageError('give the rule file to test; see faultline rules --help')
  const { tested, classifier } = underTest(file, rules)
  let examples = 0
  let failed = 0
  for (const rule of tested) {
    for (const [index, example] of rule.examples.entries()) {
      const reply = replyOf(example)
      const { rule: decided, reason, evidence } = classifier.classify(reply)
      examples++
      if (decided === rule.id) continue
      failed++
      const by = decided === '' ? 'no rule' : `${decided} (${reason}: ${shown(evidence)})`
      await print(`${placeOf(rule, index)}: rule ${rule.id}: decided by ${by}: ${shown(reply.reply_text)}\n`)
    }
  }
  await print(
    `${examples - failed} of ${examples} examples of ${tested.length} rules decided by their own rule\n`,
  )
  return failed > 0 ? 1 : 0
}

/** `faultline rules`: see HELP. Gives the exit code. */
export async function rulesCommand(args: string[]): Promise<number> {
  const { values, positionals } = parseOptions('rules', args, OPTIONS, { takesArguments: true })
  if (values.help) {
    console.log(HELP)
    return 0
  }
  const [what, subject, more] = positionals
  const stray = what === undefined || what === 'show' || what === 'test' ? more : what
  if (stray !== undefined) throw unexpected('rules', stray)
  const rules = configuredRules(loadConfiguration(values.config))
  if (what === 'show') return show(rules, subject, values.json)
  if (what === 'test') return test(rules, subject)
  await print(rowsText(rowFormat(values), COLUMNS, rules.map(row)))
  return 0
}
