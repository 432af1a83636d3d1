import { LineCounter, type Node, parseDocument } from 'yaml'
import { Config } from '../../schemas/config.ts'
import { OwnThresholds } from '../../verdict/own-thresholds.ts'
import { readGiven } from './given-file.ts'
import { UsageError } from './usage-error.ts'

/** Environment variables and the settings that they give, by path. */
export const ENVIRONMENT: Record<string, readonly string[]> = {
  FAULTLINE_DATA_DIR: ['data_dir'],
  FAULTLINE_URL: ['url'],
  FAULTLINE_CLUSTER: ['cluster'],
  FAULTLINE_TIME_ZONE: ['time_zone'],
  FAULTLINE_RULES: ['rules'],
  FAULTLINE_WEB_HOST: ['web', 'host'],
  FAULTLINE_WEB_PORT: ['web', 'port'],
  FAULTLINE_WEB_READ_ONLY: ['web', 'read_only'],
  FAULTLINE_CLICKHOUSE_HOST: ['clickhouse', 'host'],
  FAULTLINE_CLICKHOUSE_PORT: ['clickhouse', 'port'],
  FAULTLINE_METRICS_HOST: ['metrics', 'host'],
  FAULTLINE_METRICS_PORT: ['metrics', 'port'],
  FAULTLINE_KAFKA_BROKERS: ['kafka', 'brokers'],
  FAULTLINE_KAFKA_TOPICS: ['kafka', 'topics'],
  FAULTLINE_KAFKA_GROUP: ['kafka', 'group'],
  FAULTLINE_KAFKA_USERNAME: ['kafka', 'sasl', 'username'],
  FAULTLINE_KAFKA_PASSWORD: ['kafka', 'sasl', 'password'],
  FAULTLINE_LOG_LEVEL: ['log_level'],
}

// The shape of the section is the judgement's own affair.
const Whole = Config.extend({ verdict: OwnThresholds.default({}) })

type Tree = { [key: string]: unknown }

function put(tree: Tree, path: readonly string[], value: unknown): void {
  const [key = '', ...rest] = path
  if (rest.length === 0) tree[key] = value
  else {
    const inner = typeof tree[key] === 'object' && tree[key] !== null ? (tree[key] as Tree) : {}
    tree[key] = inner
    put(inner, rest, value)
  }
}

function scalar(text: string): unknown {
  if (text === 'true' || text === 'false') return text === 'true'
  return /^-?[0-9]{1,15}$/.test(text) ? Number(text) : text
}

/** Where each setting came from, for messages: the file with its line, a variable or a flag. */
type Origin = (path: readonly PropertyKey[]) => string

function readYaml(file: string): { tree: Tree; origin: Origin } {
  const text = readGiven(file, 'cannot read the configuration: ').toString()
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false })
  const [fault] = document.errors
  if (fault !== undefined) {
    throw new UsageError(`${file}:${lines.linePos(fault.pos[0]).line}: ${fault.message}`)
  }
  const tree = document.toJS() ?? {}
  if (typeof tree !== 'object' || Array.isArray(tree))
    throw new UsageError(`${file}: must hold settings, like "data_dir: /var/lib/faultline"`)
  const origin: Origin = (path) => {
    for (let length = path.length; length > 0; length--) {
      const node = document.getIn(path.slice(0, length), true) as Node | undefined
      if (node?.range) return `${file}:${lines.linePos(node.range[0]).line}`
    }
    return file
  }
  return { tree, origin }
}

/**
 * The effective configuration: defaults, then the file, then the environment, then flags (by path, such as
 * `web.port`; null takes back what the others say). Throws a UsageError that says which setting is wrong, where it stands and what would be right.
 */
export function loadConfiguration(
  file: string | undefined,
  flags: Record<string, unknown> = {},
  environment: NodeJS.ProcessEnv = process.env,
): Config {
  const { tree, origin } = file === undefined ? { tree: {} as Tree, origin: () => 'default' } : readYaml(file)
  const given = new Map<string, string>()
  for (const [name, path] of Object.entries(ENVIRONMENT)) {
    const value = environment[name]
    if (value === undefined || value === '') continue
    put(tree, path, scalar(value))
    given.set(path.join('.'), name)
  }
  for (const [path, value] of Object.entries(flags)) {
    if (value === undefined) continue
    put(tree, path.split('.'), value ?? undefined)
    given.set(path, `--${path.split('.').at(-1)?.replaceAll('_', '-')}`)
  }
  const read = Whole.safeParse(tree)
  if (read.success) return read.data
  const [issue] = read.error.issues
  const path = issue?.path ?? []
  const keys = issue?.code === 'unrecognized_keys' ? issue.keys : []
  const place = [...path, ...keys.slice(0, 1)]
  const name = place.join('.')
  // A flag that gives a list is named for a fault in one of its items.
  const flag = place
    .map((_, i) => given.get(place.slice(0, i + 1).join('.')))
    .find((text) => text !== undefined)
  const where = flag ?? origin(place)
  throw new UsageError(
    `${where}: ${name}: ${issue?.code === 'unrecognized_keys' ? 'no such setting' : issue?.message}`,
  )
}
