import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { accountLine, count, openAccount } from '../../../ingest/account.ts'
import { FORMATS } from '../../../ingest/formats/formats.ts'
import { recordSources } from '../../../ingest/records.ts'
import { readRecord } from '../../../ingest/worker.ts'
import type { LoggedEvent } from '../../../schemas/event.ts'

// Logs that the programs wrote while they sent to SMTP servers whose answers were recorded (outbound), and refused a
// client that recorded what it was told (inbound). A field that the log does not tell is missing from the truth.

interface Truth {
  /** null: refused before a recipient was named; the client tells the rows apart. */
  recipient: string | null
  direction?: 'outbound' | 'inbound'
  /** `accepted` only says that the recipient exists. */
  attempt: string
  stage?: string
  reply_code?: number
  enhanced_code?: string
  remote_host?: string
  sender?: string
  client_ip?: string
  reply_text?: string
}

const OUTCOMES: Record<string, string[]> = {
  permanent: ['bounced', 'deferred'],
  temporary: ['deferred'],
  delivered: ['delivered'],
  rejected: ['rejected'],
}

// MTAs fold the lines of a reply in ways of their own and shorten long ones in the middle: letters and digits of its
// beginning count, and no code of a further line.
const words = (text = '') =>
  text
    .replaceAll(/\n[245]\d\d[ -]/g, ' ')
    .replaceAll(/[^A-Za-z0-9]+/g, '')
    .slice(0, 60)

function agrees(truth: Truth, event: LoggedEvent): boolean {
  const outcomes = OUTCOMES[truth.attempt] ?? ['deferred', 'expired', 'bounced']
  const { direction, stage, reply_code, enhanced_code, remote_host, sender } = truth
  const told = {
    direction,
    stage,
    reply_code,
    enhanced_code,
    remote_host,
    sender,
    remote_ip: truth.client_ip,
  }
  const same = Object.entries(told).every(
    ([name, value]) => value === undefined || event[name as keyof LoggedEvent] === value,
  )
  const quoted = truth.attempt === 'delivered' || words(truth.reply_text).startsWith(words(event.reply_text))
  return outcomes.includes(event.outcome) && same && (quoted || !truth.reply_text)
}

const FIXTURES = join(import.meta.dirname, '../../fixtures')
const RUN = FORMATS.map(({ name }) => name).filter((name) => existsSync(join(FIXTURES, name, 'truth.jsonl')))

test.each(RUN)('%s: a real log says what the servers answered and the client was told', async (name) => {
  const folder = join(FIXTURES, name)
  const text = readFileSync(join(folder, 'truth.jsonl'), 'utf8')
  const truths = text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Truth)
  const account = openAccount()
  const events: LoggedEvent[] = []
  const options = {
    kind: 'auto',
    formats: FORMATS,
    timeZone: 'UTC',
    maxEntries: 100_000,
    maxLineBytes: 1 << 20,
    ownDomains: new Set<string>(),
    sourceIps: new Map<string, string>(),
    authservIds: new Set<string>(),
  } as const
  for await (const source of recordSources(join(folder, 'mail.log.zst'), options)) {
    const pipeline = source.pipeline(source.reference)
    for await (const block of source.read(0))
      for (const index of block.lines.keys()) {
        const disposition = readRecord(pipeline, block, index)
        count(account, disposition)
        if (disposition.kind === 'events') events.push(...disposition.events)
      }
  }
  accountLine(account)
  expect(account.dead).toBe(0)
  const rows = truths.filter(({ attempt }) => attempt !== 'accepted')
  const missed = rows.filter((truth) => {
    const of = (event: LoggedEvent) =>
      truth.recipient === null ? event.remote_ip === truth.client_ip : event.recipient === truth.recipient
    return !events.some((event) => of(event) && agrees(truth, event))
  })
  expect(rows.length).toBeGreaterThan(100)
  expect(missed).toEqual([])
  const known = new Set(truths.map(({ recipient }) => recipient))
  const made = events.filter(({ recipient }) => recipient !== '' && !known.has(recipient))
  expect(made.map(({ recipient }) => recipient)).toEqual([])
})
