import { isUtf8 } from 'node:buffer'
import { listLetters, readLetter, type ShownLetter } from '../store/dead-letters/dead-letters.ts'
import { shown } from '../verdict/shown.ts'
import { loadConfiguration } from './arguments/configuration.ts'
import { openStore, storeFlags } from './arguments/open-store.ts'
import { parseOptions, unexpected } from './arguments/options.ts'
import { useConfiguredRules } from './arguments/own-rules.ts'
import { READ_OPTIONS } from './arguments/reading.ts'
import { UsageError } from './arguments/usage-error.ts'
import { replayLetters } from './dlq-replay.ts'
import { print, type Row, rowFormat, rowsText } from './output/rows.ts'

const HELP = `faultline dlq list [--json | --csv]
faultline dlq show TOPIC PARTITION OFFSET [--json]
faultline dlq replay [--topic T] [--reason R] [--dry-run] [--json]

Dead letters: records that could not be read. list groups them by topic and reason, with one as an example; show prints
one with its bytes. replay reads them again after a format was mended or the configuration changed, stores what they
give under their own topic, partition and offset, and marks them: a second replay changes nothing.

  --topic T        only of this topic, or this file
  --reason R       only of this reason, as list names it
  --dry-run        count what they would give, store nothing
  --json, --csv    for programs
  --data-dir DIR   folder of the embedded store (default: faultline-data)
  --url URL        a ClickHouse server instead, or the endpoint of run and serve: http://writer:password@host:8123
  --config FILE    formats, zones, own domains and limits to read them with

example:  faultline dlq replay --topic mail --dry-run`

const OPTIONS = {
  ...READ_OPTIONS,
  csv: { type: 'boolean', default: false },
  topic: { type: 'string' },
  reason: { type: 'string' },
  'dry-run': { type: 'boolean', default: false },
} as const

const COLUMNS = ['topic', 'reason', 'letters', 'replayed', 'first', 'last', 'example']

/** Bytes for a terminal, line by line: what is not UTF-8 as \\xNN. */
function bytesText(bytes: Buffer): string {
  const text = isUtf8(bytes)
    ? bytes.toString()
    : bytes
        .toString('latin1')
        .replace(/[\x80-\xff]/g, (unit) => `\\x${unit.charCodeAt(0).toString(16).padStart(2, '0')}`)
  return text.split('\n').map(shown).join('\n')
}

function letterText(letter: ShownLetter): string {
  const { topic, partition, offset, reason, ingest_time, record_time, key, headers, replayed, bytes } = letter
  const rows = [
    ['place', `${topic} ${partition} ${offset}`],
    ['reason', reason],
    ['read', ingest_time],
    ['record time', record_time],
    ['key', bytesText(key)],
    ...Object.entries(headers).map(([name, value]) => [`header ${name}`, value]),
    ['replayed', replayed],
    ['bytes', `${bytes.length}`],
  ]
  const head = rows
    .filter(([, value]) => value !== '')
    .map(([name = '', value = '']) => `${shown(name)}: ${shown(value)}`)
  return `${head.join('\n')}\n\n${bytesText(bytes)}\n`
}

/** For programs: bytes as text, and as they were. */
function letterJson({ bytes, key, ...letter }: ShownLetter): string {
  const texts = { key: key.toString(), bytes: bytes.toString(), bytes_base64: bytes.toString('base64') }
  return `${JSON.stringify({ ...letter, ...texts })}\n`
}

function placeOf([topic, partition, offset, ...rest]: string[]) {
  const isNumber = (text: string | undefined): text is string => /^[0-9]{1,15}$/.test(text ?? '')
  if (topic === undefined || !isNumber(partition) || !isNumber(offset) || rest.length > 0)
    throw new UsageError('show takes TOPIC PARTITION OFFSET, as in: faultline dlq show mail 0 1234')
  return { topic, partition: Number(partition), offset: Number(offset) }
}

/** `faultline dlq`: see HELP. Gives the exit code. */
export async function dlqCommand(args: string[]): Promise<number> {
  const { values, positionals } = parseOptions('dlq', args, OPTIONS, { takesArguments: true })
  if (values.help) {
    console.log(HELP)
    return 0
  }
  const [action = '', ...rest] = positionals
  if (!['list', 'show', 'replay'].includes(action))
    throw new UsageError('say list, show or replay; see faultline dlq --help')
  const place = action === 'show' ? placeOf(rest) : undefined
  if (place === undefined && rest[0] !== undefined) throw unexpected('dlq', rest[0])
  const config = loadConfiguration(values.config, storeFlags(values))
  const store = await openStore(config)
  try {
    if (place !== undefined) {
      const letter = await readLetter(store, place)
      if (letter === undefined) {
        console.error('there is no dead letter at this place; faultline dlq list names examples')
        return 1
      }
      await print(values.json ? letterJson(letter) : letterText(letter))
      return 0
    }
    if (action === 'list') {
      await print(rowsText(rowFormat(values), COLUMNS, (await listLetters(store)) as unknown as Row[]))
      return 0
    }
    useConfiguredRules(config)
    const filter = { topic: values.topic ?? '', reason: values.reason ?? '' }
    const account = await replayLetters(store, config, filter, values['dry-run'])
    const { letters, with_events, events, correlated, ignored, dead } = account
    await print(
      values.json
        ? `${JSON.stringify(account)}\n`
        : `${letters} dead letters = ${with_events} with events (${events} events) + ${correlated} correlated + ${ignored} ignored + ${dead} still dead${values['dry-run'] ? '; nothing was stored' : ''}\n`,
    )
    return 0
  } finally {
    await store.close()
  }
}
