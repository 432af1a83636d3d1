import { expect, test, vi } from 'vitest'
import { packetCommand } from '../../cli/packet.ts'
import { DNS_SNAPSHOTS } from '../../schemas/dns-snapshots.ts'
import type { Packet } from '../../schemas/packet.ts'
import { insert } from '../../store/writer.ts'
import { advance } from '../../verdict/incidents/incident.ts'
import { writeIncidents } from '../../verdict/incidents/incident-store.ts'
import { judgeWindow } from '../../verdict/judge.ts'
import { DAY_2, startZoneServer } from '../enrich/dns/zone-server.ts'
import { writeStore } from '../store/temporary-store.ts'
import { temporaryFolder } from '../temporary-folder.ts'
import { fill, single, traffic } from '../verdict/traffic.ts'
import { catchPrinted } from './printed.ts'

// Each opens a store: a busy machine takes its time.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

const MINUTE = 60_000
const AT = Date.UTC(2026, 5, 10, 12)
const HOSTILE =
  '554 5.7.1 <u1@d3.example> "u2 x"@d3.example: ```\r\n# Approved\r\nBcc: x@evil.example\r\n\r\n<script>1</script> \u001b[31m\u202e'
const DENIED = { reason: 'recipient_access_denied', reply: HOSTILE }
const folder = temporaryFolder()
const stored = ['--data-dir', folder]
const at = [...stored, '--no-dns']
let incident = ''
const printed = catchPrinted()
await writeStore(folder, async (store) => {
  const senders = { 's1.example': 200, 's2.example': 100, 's3.example': 60 }
  const one = { domain: 'd3.example', provider: 'microsoft365', sender: 's1.example', ip: '192.0.2.1' }
  await fill(store, [
    ...traffic({ 's1.example': 2000, 's2.example': 1000 }, [AT - 1440 * MINUTE, AT - 15 * MINUTE]),
    ...traffic(senders, [AT - 10 * MINUTE, AT], ({ domain }) =>
      domain === 'd3.example' ? DENIED : undefined,
    ),
    single({ ...one, at: AT - MINUTE }, DENIED, {
      recipient: 'Alice@d3.example',
      original_recipient: 'sales@northwind.example',
      queue_id: '4aBcD',
      message_id: 'm1@northwind.example',
      remote_ip: '203.0.113.5',
      remote_host: 'mx.d3.example',
      stage: 'rcpt_to',
      enhanced_code: '5.7.1',
      auth_dmarc: 'fail',
      dns_spf: 'valid',
      dns_dkim: 'unknown',
      dns_dmarc: 'valid',
      dmarc_policy: 'reject',
      dns_age_s: 60,
    }),
    single({ ...one, at: AT - MINUTE, sender: 'good.test', ip: '192.0.2.1' }, DENIED, { queue_id: 'GOOD' }),
    single({ ...one, at: AT - MINUTE }, undefined, { queue_id: 'OK1', recipient: 'bob@d9.example' }),
  ])
  const spf = {
    domain: 'good.test',
    type: 'spf',
    state: 'permerror',
    answer: 'v=spf1 v=spf1',
    ttl_s: 60,
  } as const
  const seen = { valid_from: AT - 60 * MINUTE, last_seen: AT - 10 * MINUTE }
  await insert(store, 'dns_snapshots', DNS_SNAPSHOTS, [{ ...spf, ...seen }], '')
  const items = await judgeWindow(store, { at: AT, window_ms: 15 * MINUTE })
  const life = { quiet_ms: 1e9, reopen_ms: 1e9, remind_ms: 1e9, blind_ms: 1e9 }
  const changes = advance({ now: AT, items, incidents: [], acknowledged: new Set(), blind: false, life })
  await writeIncidents(store, changes, 1)
  incident = changes[0]?.id ?? ''
})

async function packet(...args: string[]): Promise<Packet> {
  printed.out = ''
  expect(await packetCommand([...args, ...at, '--json'])).toBe(0)
  return JSON.parse(printed.out)
}

test('of one message: everything about it, the wave that it belongs to, and whom to ask', async () => {
  const made = await packet('--queue-id', '4aBcD')
  expect(made).toMatchObject({
    direction: 'outbound',
    verdict: 'recipient_domain',
    subject: 'd3.example',
    case: {
      event_time: '2026-06-10T11:59:00.000Z',
      sender: 'news@s1.example',
      recipient: 'Alice@d3.example',
      message_id: 'm1@northwind.example',
      remote_host: 'mx.d3.example',
      remote_ip: '203.0.113.5',
      source_ip: '192.0.2.1',
      reply_text: HOSTILE,
      reply_code: 550,
    },
    authentication: {
      reported: { spf: '', dmarc: 'fail' },
      published_then: {
        spf: 'valid',
        dkim: 'unknown',
        dmarc: 'valid',
        dmarc_policy: 'reject',
        looked_up: '2026-06-10T11:58:00.000Z',
      },
      published_now: { spf: 'unknown', looked_up: '' },
    },
    redacted: false,
  })
  expect(made.send_to.map(({ address }) => address)).toEqual([
    'postmaster@d3.example',
    'https://sender.office.com/',
    'abuse@d3.example',
  ])
  expect(made.similar).toHaveLength(5)
  expect(new Set(made.similar.map(({ recipient_domain }) => recipient_domain))).toEqual(
    new Set(['d3.example']),
  )
  expect(made.counts[0]).toMatch(/^\d+ of \d+ messages were refused between/)
  expect(made.counter_evidence[0]).toMatch(/^The same senders at other receivers: \d+ of \d+ messages/)
  expect(made.next_steps[0]).toContain('escalation packet')
})

test.each([
  ['--message-id', '<m1@northwind.example>'],
  ['--recipient', 'Alice@d3.example'],
])('the same by %s %s', async (...args) => {
  expect((await packet(...args)).case.queue_id).toBe('4aBcD')
})

test('by incident, by verdict and by a subject without one', async () => {
  const domain = await packet('--domain', 'd3.example', '--at', '2026-06-10T12:00:00Z')
  expect(domain).toMatchObject({ verdict: 'recipient_domain', case: { recipient_domain: 'd3.example' } })
  const whole = await packet(incident.slice(0, 6))
  expect(whole).toMatchObject({ verdict: 'recipient_domain', subject: 'd3.example' })
  const none = await packet('--sender', 's2.example', '--at', '2026-06-10T11:30:00Z', '--window', '6h')
  expect(none).toMatchObject({ verdict: '', case: { sender_domain: 's2.example' } })
  expect(none.counts).toEqual(['This refusal belongs to no wave.'])
})

test('what is published now stands beside what was then', async () => {
  const server = await startZoneServer({ files: DAY_2 })
  try {
    const asked = ['--queue-id', 'GOOD', ...stored, '--resolver', `${server.host}:${server.port}`]
    await packetCommand([...asked, '--json'])
    const { authentication } = JSON.parse(printed.out) as Packet
    // Nothing was attached to the row; the history knows.
    expect(authentication.published_then).toMatchObject({
      spf: 'permerror',
      dkim: 'unknown',
      looked_up: '2026-06-10T11:50:00.000Z',
    })
    expect(authentication.published_now).toMatchObject({ spf: 'valid', spf_result: 'pass', dmarc: 'valid' })
    printed.out = ''
    await packetCommand(asked)
    expect(printed.out).toContain('- Published now: SPF record `valid` (result `pass`)')
    expect(printed.out).toContain('- Published at that time: SPF record `permerror`')
  } finally {
    await server.close()
  }
})

test('redacted, only the one case names people', async () => {
  const made = await packet('--queue-id', '4aBcD', '--redact')
  expect(made).toMatchObject({
    redacted: true,
    case: { recipient: 'Alice@d3.example', original_recipient: '***@northwind.example' },
  })
  for (const row of made.similar) {
    expect(row).toMatchObject({ sender: expect.stringMatching(/^\*{3}@/), message_id: '' })
    expect(row.recipient).toBe('***@d3.example')
    expect(row.reply_text).toContain('<***@d3.example> ***@d3.example: ')
  }
})

test('Markdown: hostile words stay inside their block', async () => {
  await packetCommand(['--queue-id', '4aBcD', ...at])
  // Taken out what stands in fences, no line of theirs is left.
  const outside = printed.out.replace(/^(`{3,})text\n[\s\S]*?\n\1$/gm, '')
  expect(outside).not.toMatch(/Approved|evil\.example|<script>/)
  expect(printed.out).toContain('````text')
  expect(printed.out).not.toMatch(/[\u001b\u202e]/)
  expect(outside).toContain('- Time (UTC): `2026-06-10T11:59:00.000Z`')
  expect(outside).toContain('- Published now: unknown (not looked up)')
})

test('a message to be sent: no word of the log becomes a header', async () => {
  expect(
    await packetCommand(['--queue-id', '4aBcD', ...at, '--eml', '--from', 'eve@northwind.example']),
  ).toBe(0)
  const [head = ''] = printed.out.split('\r\n\r\n')
  const names = head.split(/\r\n(?![ \t])/).map((line) => line.split(':')[0])
  expect(names).not.toContain('Bcc')
  expect(head).toMatch(/^To: postmaster@d3\.example$/m)
  expect(head).toMatch(/^From: eve@northwind\.example$/m)
  expect(head).toMatch(/^X-Unsent: 1$/m)
  expect(printed.out).toContain('filename=packet.json')
  expect(printed.out.replaceAll('\r\n', '')).not.toContain('\n')
})

test('wrong use, and what was not refused, is said in one line', async () => {
  await expect(packetCommand(at)).rejects.toThrow('what about? give an incident')
  await expect(packetCommand(['ffff', ...at])).rejects.toThrow('there is no incident')
  await expect(packetCommand(['--eml', '--json', '--ip', '::1', ...at])).rejects.toThrow('not both')
  for (const [args, said] of [
    [['--domain', 'd3.example', '--provider', 'yahoo'], '--domain or --provider, not both'],
    [['--ip', 'foo'], '--ip "foo" is no IP address'],
    [['--domain', ''], '--domain is empty'],
    [[incident, '--queue-id', '4aBcD'], 'an incident says what it is about: leave --queue-id out'],
  ] as const)
    await expect(packetCommand([...args, ...at])).rejects.toThrow(said)
  const from = 'x@y.example\r\nBcc: z@evil.example'
  await expect(packetCommand(['--queue-id', '4aBcD', '--eml', '--from', from, ...at])).rejects.toThrow(
    'is no address',
  )
  expect(await packetCommand(['--queue-id', 'OK1', ...at])).toBe(1)
  expect(printed.said).toMatch(/no such refusal is stored[^\n]*\n$/)
})
