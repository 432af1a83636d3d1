import { parseArgs } from 'node:util'
import { judge } from '../enrich/judge.ts'
import { accountLine, count, openAccount } from '../ingest/account.ts'
import { openAuto } from '../ingest/envelopes/auto.ts'
import { openFormats } from '../ingest/formats/auto.ts'
import type { Disposition, Format } from '../ingest/formats/format.ts'
import { FORMATS } from '../ingest/formats/formats.ts'
import { openFile } from '../ingest/sources/file.ts'
import { readLines } from '../ingest/sources/lines.ts'
import { UsageError } from './usage-error.ts'

const HELP = `faultline parse [--format auto|${FORMATS.map((format) => format.name).join('|')}] [--time-zone ZONE] [FILE...|-]

Reads logs (plain, gzip or zstd; - is standard input) and prints one classified event a line as JSON,
empty fields left out. The account of lines goes to standard error.

  --format NAME      the log format; auto (the default) recognises it and follows a change
  --time-zone ZONE   IANA zone of time stamps that have none (default: this machine's)

example:  faultline parse /var/log/mail.log | head`

interface Options {
  formats: readonly Format[]
  timeZone: string
  paths: string[]
}

function options(args: string[]): Options | undefined {
  const { values, positionals } = parse(args)
  if (values.help) return undefined
  const name = values.format ?? 'auto'
  const formats = name === 'auto' ? FORMATS : FORMATS.filter((format) => format.name === name)
  if (formats.length === 0) {
    const known = FORMATS.map((format) => format.name).join(', ')
    throw new UsageError(`--format ${JSON.stringify(name)} is not known; use auto, ${known}`)
  }
  const timeZone = values['time-zone'] ?? Intl.DateTimeFormat().resolvedOptions().timeZone
  try {
    new Intl.DateTimeFormat('en', { timeZone })
  } catch {
    throw new UsageError(
      `--time-zone ${JSON.stringify(timeZone)} is no IANA zone; use one like Europe/Berlin or UTC`,
    )
  }
  return { formats, timeZone, paths: positionals.length > 0 ? positionals : ['-'] }
}

function parse(args: string[]) {
  try {
    return parseArgs({
      args,
      allowPositionals: true,
      options: {
        format: { type: 'string' },
        'time-zone': { type: 'string' },
        help: { type: 'boolean', short: 'h' },
      },
    })
  } catch (error) {
    throw new UsageError(`${(error as Error).message.split('. ')[0]}; see faultline parse --help`)
  }
}

const filled = (_key: string, value: unknown) => (value === '' || value === 0 ? undefined : value)

function printable(event: object): string {
  return JSON.stringify(event, (key, value) =>
    typeof value === 'bigint' ? value.toString() : filled(key, value),
  )
}

async function write(text: string): Promise<void> {
  if (text !== '' && !process.stdout.write(text))
    await new Promise((drained) => process.stdout.once('drain', drained))
}

/** `faultline parse`: see HELP. Gives the exit code. */
export async function parseCommand(args: string[]): Promise<number> {
  const chosen = options(args)
  if (chosen === undefined) {
    console.log(HELP)
    return 0
  }
  const account = openAccount()
  const reader = openFormats(chosen.formats, { maxEntries: 100_000 })
  let failed = 0
  for (const path of chosen.paths) {
    try {
      const file = await openFile(path)
      const unwrap = openAuto({ reference: file.reference, timeZone: chosen.timeZone })
      for await (const block of readLines(file.chunks)) {
        let out = ''
        for (const [index, line] of block.lines.entries()) {
          const disposition: Disposition = block.cut(index)
            ? { kind: 'dead', reason: 'line over 1 MiB' }
            : reader.read(unwrap(line))
          count(account, disposition)
          if (disposition.kind === 'events')
            for (const event of disposition.events) out += `${printable(judge(event))}\n`
          else if (disposition.kind === 'dead')
            console.error(`${path}: byte ${block.offsets[index]}: dead letter: ${disposition.reason}`)
        }
        await write(out)
      }
    } catch (error) {
      failed++
      console.error(`faultline parse: ${path}: ${(error as Error).message}`)
    }
  }
  console.error(accountLine(account))
  return failed > 0 ? 1 : 0
}
