import { expect, test, vi } from 'vitest'
import { loader } from '../../cli/simulate.ts'
import type { VerdictItem } from '../../schemas/verdict.ts'
import { judgeWindow } from '../../verdict/judge.ts'
import { migratedStore } from '../store/temporary-store.ts'
import { temporaryFolder } from '../temporary-folder.ts'

// The cases in words, written as a Postfix log by hand: every one goes through reading, classification and the store.
vi.setConfig({ testTimeout: 60_000 })

const folder = temporaryFolder()
const store = await migratedStore()

const ONSET = Date.UTC(2026, 5, 10, 11, 50)
const AT = ONSET + 10 * 60_000
const FROM = ONSET - 60 * 60_000

// Eighteen companies at four receivers, six with their own servers, and two large mailbox providers.
const M365 = ['fabrikam', 'contoso', 'tailspin', 'litware', 'adatum', 'wingtip'].map((name) => ({
  domain: `${name}.example`,
  host: `${name}-example.mail.protection.outlook.com`,
}))
const GOOGLE = ['lucerne', 'margie', 'alpine'].map((name) => ({
  domain: `${name}.example`,
  host: 'aspmx.l.google.com',
}))
const PROOFPOINT = ['graphic', 'humongous', 'coho'].map((name) => ({
  domain: `${name}.example`,
  host: 'mx0a-001.pphosted.com',
}))
const OWN = ['birch', 'cedar', 'elm', 'fir', 'hazel', 'larch'].map((name) => ({
  domain: `${name}.example`,
  host: `mail.${name}.example`,
}))
const BIG = [
  { domain: 'gmail.com', host: 'gmail-smtp-in.l.google.com' },
  { domain: 'yahoo.com', host: 'mta5.am0.yahoodns.net' },
]
const PLACES = [...M365, ...GOOGLE, ...PROOFPOINT, ...OWN, ...BIG]

interface Mail {
  sender: string
  domain: string
  host: string
  to: string
  inWave: boolean
}
type Reply = (mail: Mail, index: number) => string | undefined

/** A log of an hour and the ten minutes of the wave: a message every `step` seconds from each sender in turn. */
function log(senders: readonly string[], reply: Reply, step = 2): string[] {
  const lines: string[] = []
  let index = 0
  for (let at = FROM; at < AT; at += step * 1000) {
    const sender = senders[index % senders.length] ?? ''
    const place = PLACES[(index * 7 + Math.floor(index / PLACES.length)) % PLACES.length]
    if (place === undefined) continue
    const id = (0x4a0000 + index).toString(16).toUpperCase()
    const to = `user${index % 90}@${place.domain}`
    const said = reply({ sender, ...place, to, inWave: at >= ONSET }, index)
    const stamp = new Date(at).toISOString().replace('Z', '+00:00')
    const write = (daemon: string, text: string) => lines.push(`${stamp} mx1 postfix/${daemon}[99]: ${text}`)
    write('cleanup', `${id}: message-id=<${id}@${sender}>`)
    write('qmgr', `${id}: from=<news@${sender}>, size=4321, nrcpt=1 (queue active)`)
    const relay = `to=<${to}>, relay=${place.host}[198.51.100.7]:25, delay=1, delays=0/0/0/1`
    if (said === undefined) write('smtp', `${id}: ${relay}, dsn=2.0.0, status=sent (250 2.0.0 Ok)`)
    else
      write(
        'smtp',
        `${id}: ${relay}, dsn=5.7.1, status=bounced (host ${place.host}[198.51.100.7] said: ${said} (in reply to RCPT TO command))`,
      )
    write('qmgr', `${id}: removed`)
    index++
  }
  return lines
}

const FIVE = ['shop', 'news', 'app', 'billing', 'forum'].map((name) => `${name}.northwind.test`)

async function judgedLines(lines: string[]): Promise<VerdictItem[]> {
  await loader(store, folder)(lines, new Map([['mx1', '192.0.2.25']]))
  return judgeWindow(store, { at: AT, window_ms: 15 * 60_000 })
}
const judged = (senders: readonly string[], reply: Reply, step?: number) =>
  judgedLines(log(senders, reply, step))
const told = (items: VerdictItem[]) =>
  items.map((i) => [i.verdict, i.subject_kind, i.subject, i.sub_cause]).sort()

const LISTED =
  '554 5.7.1 Service unavailable; Client host [192.0.2.25] blocked using zen.spamhaus.org; https://www.spamhaus.org/query/ip/192.0.2.25'

test('nothing happened', async () => {
  expect(told(await judged(FIVE, () => undefined))).toEqual([])
})

test('one recipient domain refuses: its routing', async () => {
  const items = await judged(FIVE, ({ domain, inWave, to }) =>
    inWave && domain === 'cedar.example' ? `554 5.7.1 <${to}>: Relay access denied` : undefined,
  )
  expect(told(items)).toEqual([['recipient_domain', 'recipient_domain', 'cedar.example', 'routing']])
})

test('Microsoft refuses our address: the provider, reputation', async () => {
  const items = await judged(FIVE, ({ host, inWave }) =>
    inWave && host.endsWith('outlook.com')
      ? '550 5.7.606 Access denied, banned sending IP [192.0.2.25]. To request removal from this list please visit https://sender.office.com/'
      : undefined,
  )
  expect(told(items)).toEqual([['provider_wide', 'provider', 'microsoft365', 'reputation']])
})

test('DMARC of one sender fails everywhere: the sender, authentication', async () => {
  const items = await judged(FIVE, ({ sender, host, inWave }) => {
    if (!inWave || sender !== 'news.northwind.test') return undefined
    if (host.endsWith('google.com'))
      return "550-5.7.26 Unauthenticated email from news.northwind.test is not accepted due to 550-5.7.26 domain's DMARC policy. 550 5.7.26  https://support.google.com/mail/?p=DmarcRejection x - gsmtp"
    if (host.endsWith('outlook.com'))
      return '550 5.7.509 Access denied, sending domain news.northwind.test does not pass DMARC verification and has a DMARC policy of reject.'
    return '550 5.7.1 rejected by DMARC policy for news.northwind.test'
  })
  expect(told(items)).toEqual([['sender_wide', 'sender_domain', 'news.northwind.test', 'authentication']])
})

test('a bare "Access denied" from many unrelated domains: the sender, and what to look at first', async () => {
  const items = await judged(FIVE, ({ sender, inWave, to }, index) =>
    inWave && sender === 'app.northwind.test' && index % 3 > 0
      ? `554 5.7.1 <${to}>: Recipient address rejected: Access denied`
      : undefined,
  )
  expect(told(items)).toEqual([['sender_wide', 'sender_domain', 'app.northwind.test', 'undetermined']])
  expect(items[0]?.next_step).toContain('authentication (SPF, DKIM, DMARC)')
})

test('our range is listed: the platform', async () => {
  const items = await judged(FIVE, ({ inWave }, index) => (inWave && index % 4 > 0 ? LISTED : undefined))
  expect(told(items)).toEqual([['platform_wide', 'all', 'all', 'reputation']])
})

test('failures alone, without their senders, tell of us', async () => {
  const lines = log(FIVE, ({ inWave }, index) => (inWave && index % 4 > 0 ? LISTED : undefined))
  const failures = lines.filter((line) => line.includes('status=bounced'))
  expect(told(await judgedLines(failures))).toEqual([['platform_wide', 'all', 'all', 'reputation']])
})

test.each([
  [4, [['recipient_domain', 'recipient_domain', 'cedar.example', 'routing']]],
  [3, []],
])('%i refused messages at a domain that took all before', async (refusals, expected) => {
  let left = refusals
  const items = await judged(
    FIVE,
    ({ domain, inWave, to }) =>
      inWave && domain === 'cedar.example' && left-- > 0
        ? `554 5.7.1 <${to}>: Relay access denied`
        : undefined,
    8,
  )
  expect(told(items)).toEqual(expected)
})

test('a stale list is noise that names its sender', async () => {
  const items = await judged(FIVE, ({ sender, inWave, to }, index) =>
    inWave && sender === 'forum.northwind.test' && index % 2 === 0
      ? `550 5.1.1 <${to}>: Recipient address rejected: User unknown in virtual mailbox table`
      : undefined,
  )
  expect(told(items)).toEqual([['mailbox_noise', 'sender_domain', 'forum.northwind.test', 'mailbox']])
})

test('two incidents at once are two', async () => {
  const items = await judged(FIVE, ({ sender, domain, inWave, to }) => {
    if (inWave && domain === 'fir.example') return `550 5.7.1 <${to}>... Relaying denied`
    if (inWave && sender === 'shop.northwind.test')
      return '550 5.7.1 rejected by DMARC policy for shop.northwind.test'
    return undefined
  })
  expect(told(items)).toEqual([
    ['recipient_domain', 'recipient_domain', 'fir.example', 'routing'],
    ['sender_wide', 'sender_domain', 'shop.northwind.test', 'authentication'],
  ])
})

test('a tiny sender is not judged, and it is said what is missing', async () => {
  const items = await judged(
    ['tiny.northwind.test'],
    ({ inWave, to }) => (inWave ? `554 5.7.1 <${to}>: Recipient address rejected: Access denied` : undefined),
    180,
  )
  expect(told(items)).toEqual([['insufficient_data', 'sender_domain', 'tiny.northwind.test', 'undetermined']])
  expect(items[0]?.evidence.notes.join()).toContain('are needed to judge')
})

test('one sender alone is judged by its receivers', async () => {
  const items = await judged(
    ['only.northwind.test'],
    ({ inWave }) => (inWave ? '550 5.7.1 rejected by DMARC policy for only.northwind.test' : undefined),
    10,
  )
  expect(told(items)).toEqual([['sender_wide', 'sender_domain', 'only.northwind.test', 'authentication']])
})

test('a directory that lost its recipients is the domain, not a stale list', async () => {
  const items = await judged(FIVE, ({ domain, inWave }) =>
    inWave && domain === 'graphic.example' ? '550 5.1.1 User Unknown' : undefined,
  )
  expect(told(items)).toEqual([['recipient_domain', 'recipient_domain', 'graphic.example', 'directory']])
})
