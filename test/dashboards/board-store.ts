import { DNS_SNAPSHOTS } from '../../schemas/dns-snapshots.ts'
import { NOTIFICATIONS } from '../../schemas/incident.ts'
import { DEAD_LETTERS, PIPELINE_STATS } from '../../schemas/pipeline.ts'
import type { Store } from '../../store/store.ts'
import { insert } from '../../store/writer.ts'
import { advance } from '../../verdict/incidents/incident.ts'
import { writeIncidents } from '../../verdict/incidents/incident-store.ts'
import { judgeWindow } from '../../verdict/judge.ts'
import { fill, single, traffic } from '../verdict/traffic.ts'

const MINUTE = 60_000
const DAY = 1440 * MINUTE
/** End of the last quarter of an hour that the rows are about: near now, for what is old is deleted. */
export const AT = Math.floor(Date.now() / MINUTE) * MINUTE - 10 * MINUTE
export const FROM = AT - 6 * 60 * MINUTE

/** Words of a log that try to be something else: markup, escapes, SQL, right-to-left marks; the last one is long. */
export const HOSTILE = [
  '<script>alert(1)</script><img src=x onerror=alert(1)>',
  "'; DROP TABLE delivery_events; --",
  "\\' OR 1=1 -- ",
  '\\',
  '${__from} $__fromTime_ms $__timeFilter(x) {from:String} {{value}}',
  '\u001b[31mred\u001b[0m\u0007\u0000',
  '\u202egnp.exe\u2066\u200f',
  "%27%3B--%5C'",
  '`"/* */ -- # \n\r\t',
  `${'A\\\'"<'.repeat(13_107)}B`,
]

/** Puts something of everything into a store: mail with a wave, its incident, DNS, dead letters, accounts, notices. */
export async function fillBoards(store: Store): Promise<void> {
  const refused = { reason: 'recipient_access_denied', reply: '554 5.7.1 Access denied' }
  const unauthenticated = { reason: 'dmarc_failed', reply: '550 5.7.26 DMARC' }
  const senders = { 's1.example': 200, 's2.example': 120, 's3.example': 80 }
  await fill(store, [
    ...traffic({ 's1.example': 1500, 's2.example': 900, 's3.example': 600 }, [AT - DAY, AT - 15 * MINUTE]),
    ...traffic(senders, [AT - 15 * MINUTE, AT], ({ domain, sender }, chance) => {
      if (domain === 'd3.example') return refused
      return sender === 's2.example' && chance < 0.6 ? unauthenticated : undefined
    }),
    // As it is read while it happens.
    single(
      { sender: 's1.example', ip: '192.0.2.1', domain: 'd0.example', provider: '', at: AT - MINUTE },
      undefined,
      {
        ingest_time: AT - MINUTE + 2000,
      },
    ),
    ...HOSTILE.map((words, i) =>
      single(
        { sender: words, ip: '192.0.2.9', domain: words, provider: words, at: AT - i * 1000 - 1 },
        { reason: 'policy_rejected', reply: words },
        {
          remote_host: words,
          sender: words,
          recipient: words,
          queue_id: words,
          message_id: words,
          log_host: words,
          reply_fingerprint: BigInt(i + 1) << 60n,
          mx_match: 'previous',
          side: i % 2 === 0 ? 'sender_authentication' : 'recipient_gateway',
        },
      ),
    ),
  ])
  for (const table of ['incidents', 'dns_snapshots', 'dead_letters', 'pipeline_stats', 'notifications'])
    await store.command(`TRUNCATE TABLE ${table}`)
  const life = { quiet_ms: 30 * MINUTE, reopen_ms: 120 * MINUTE, remind_ms: DAY, blind_ms: DAY }
  const items = await judgeWindow(store, { at: AT, window_ms: 15 * MINUTE })
  const incidents = advance({ now: AT, items, incidents: [], acknowledged: new Set(), blind: false, life })
  const [first] = incidents
  await writeIncidents(
    store,
    first === undefined
      ? []
      : [
          ...incidents,
          {
            ...first,
            id: 'provider',
            subject_kind: 'provider' as const,
            subject: 'microsoft365',
            version: 0,
          },
          ...HOSTILE.map((subject, i) => ({ ...first, id: `hostile-${i}`, subject, version: 0 })),
        ],
    1,
  )
  const snapshot = (
    domain: string,
    type: 'mx' | 'spf' | 'dkim' | 'dmarc',
    minutes: number,
    answer: string,
  ) => ({
    domain,
    type,
    valid_from: AT - minutes * MINUTE,
    last_seen: AT - (minutes - 1) * MINUTE,
    state: answer === '' ? 'missing' : 'valid',
    answer,
    ttl_s: 300,
  })
  await insert(
    store,
    'dns_snapshots',
    DNS_SNAPSHOTS,
    [
      snapshot('s2.example', 'dmarc', 600, 'v=DMARC1; p=none'),
      snapshot('s2.example', 'dmarc', 30, 'v=DMARC1; p=reject'),
      snapshot('d3.example', 'mx', 600, '10 old.example'),
      snapshot('d3.example', 'mx', 20, '10 new.example'),
      ...HOSTILE.flatMap((words) => [
        snapshot(words, 'spf', 600, words),
        snapshot(words, 'spf', 10, `${words}!`),
      ]),
    ],
    '',
  )
  await insert(
    store,
    'dead_letters',
    DEAD_LETTERS,
    HOSTILE.map((words, offset) => ({
      ingest_time: AT - MINUTE,
      topic: words,
      partition: 0,
      offset,
      reason: words,
      bytes: Buffer.from(words),
      record_time: 0,
      key: '',
      headers: '',
    })),
    '',
  )
  await insert(
    store,
    'pipeline_stats',
    PIPELINE_STATS,
    ['mail', ...HOSTILE].map((topic, offset) => ({
      ingest_time: AT - MINUTE,
      topic,
      partition: 0,
      first_offset: offset,
      last_offset: offset,
      bytes: 1,
      ...{ records: 10, with_events: 4, events: 5, correlated: 2, ignored: 3, dead: 1, lost: 1 },
      ignored_by: new Map([[topic, 3]]),
    })),
    '',
  )
  await insert(
    store,
    'notifications',
    NOTIFICATIONS,
    HOSTILE.map((words) => ({
      incident_id: words,
      notice: 'opened' as const,
      notified_at: AT,
      channel: words,
      at: AT - MINUTE,
      outcome: 'failed' as const,
      error: words,
    })),
    '',
  )
}
