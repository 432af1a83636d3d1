import { parseArgs } from 'node:util'
import { judge } from '../enrich/judge.ts'
import { accountLine, count, openAccount } from '../ingest/account.ts'
import { FORMATS } from '../ingest/formats/formats.ts'
import { type RecordBlock, type RecordOptions, readRecords } from '../ingest/records.ts'
import { UsageError } from './usage-error.ts'

const NAMES = ['auto', ...FORMATS.map((format) => format.name), 'dsn']

const HELP = `faultline parse [--format ${NAMES.join('|')}] [--time-zone ZONE] [FILE...|-]

Reads logs (plain, gzip or zstd; - is standard input) and stored bounces (.eml, mbox, Maildir) and prints
one classified event a line as JSON, empty fields left out. The account of lines goes to standard error.

  --format NAME      the log format; auto (the default) recognises it and follows a change
  --time-zone ZONE   IANA zone of time stamps that have none (default: this machine's)

example:  faultline parse /var/log/mail.log | head`

function parse(args: string[]) {
  try {
    return parseArgs({
      args,
      allowPositionals: true,
      options: {
        format: { type: 'string', default: 'auto' },
        'time-zone': { type: 'string', default: Intl.DateTimeFormat().resolvedOptions().timeZone },
        help: { type: 'boolean', short: 'h' },
      },
    })
  } catch (error) {
    throw new UsageError(`${(error as Error).message.split('. ')[0]}; see faultline parse --help`)
  }
}

function checkedZone(timeZone: string): string {
  try {
    new Intl.DateTimeFormat('en', { timeZone })
    return timeZone
  } catch {
    throw new UsageError(
      `--time-zone ${JSON.stringify(timeZone)} is no IANA zone; use one like Europe/Berlin or UTC`,
    )
  }
}

function recordOptions(format: string, timeZone: string): RecordOptions {
  if (!NAMES.includes(format))
    throw new UsageError(`--format ${JSON.stringify(format)} is not known; use ${NAMES.join(', ')}`)
  const named = FORMATS.filter(({ name }) => name === format)
  return {
    kind: format === 'dsn' ? 'mails' : format === 'auto' ? 'auto' : 'lines',
    formats: named.length > 0 ? named : FORMATS,
    timeZone: checkedZone(timeZone),
    maxEntries: 100_000,
    maxLineBytes: 1 << 20,
    ownDomains: new Set(),
    sourceIps: new Map(),
  }
}

function printable(event: object): string {
  return JSON.stringify(event, (_key, value) =>
    value === '' || value === 0 ? undefined : typeof value === 'bigint' ? value.toString() : value,
  )
}

async function write(text: string): Promise<void> {
  if (text !== '' && !process.stdout.write(text))
    await new Promise((drained) => process.stdout.once('drain', drained))
}

async function print(block: RecordBlock, account: ReturnType<typeof openAccount>): Promise<void> {
  let out = ''
  for (const [index, disposition] of block.dispositions.entries()) {
    count(account, disposition)
    if (disposition.kind === 'events')
      for (const event of disposition.events) out += `${printable(judge(event))}\n`
    else if (disposition.kind === 'dead')
      console.error(`${block.path}: byte ${block.offsets[index]}: dead letter: ${disposition.reason}`)
  }
  await write(out)
}

/** `faultline parse`: see HELP. Gives the exit code. */
export async function parseCommand(args: string[]): Promise<number> {
  const { values, positionals } = parse(args)
  if (values.help) {
    console.log(HELP)
    return 0
  }
  const options = recordOptions(values.format, values['time-zone'])
  const account = openAccount()
  let failed = 0
  for (const path of positionals.length > 0 ? positionals : ['-']) {
    try {
      for await (const block of readRecords(path, options)) await print(block, account)
    } catch (error) {
      failed++
      console.error(`faultline parse: ${path}: ${(error as Error).message}`)
    }
  }
  console.error(accountLine(account))
  return failed > 0 ? 1 : 0
}
