import { expect, test, vi } from 'vitest'
import { judgeWindow } from '../../../verdict/judge.ts'
import { migratedStore } from '../../store/temporary-store.ts'
import { type Fate, fill, single } from '../traffic.ts'

vi.setConfig({ testTimeout: 60_000 })

const store = await migratedStore()

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const BEGIN = Date.UTC(2026, 5, 10, 6)
const DENIED: Fate = { reason: 'policy_rejected', reply: '550 5.7.1 denied' }
const DMARC: Fate = { reason: 'dmarc_failed', reply: '550 5.7.26 fails DMARC' }

// Three senders write to eight domains, three messages a minute, for ten hours; no day before tells of them.
const DOMAINS = Array.from('abcdefgh', (name) => `${name}.example`)
const mail = (fate: (sender: string, domain: string, hour: number, i: number) => Fate) =>
  Array.from({ length: 1800 }, (_, i) => {
    const at = BEGIN + i * 20_000
    const [domain = '', sender] = [DOMAINS[i % 8], `s${i % 3}.example`]
    const provider = i % 8 < 4 ? 'microsoft365' : `mx.${domain}`
    const message = { sender, ip: '192.0.2.1', domain, provider, at }
    return single(message, fate(sender, domain, (at - BEGIN) / HOUR, i))
  })
const told = async (hour: number) =>
  (await judgeWindow(store, { at: BEGIN + hour * HOUR, window_ms: 15 * MINUTE }))
    .filter(({ verdict }) => verdict !== 'insufficient_data' && verdict !== 'mailbox_noise')
    .map(({ verdict, subject }) => [verdict, subject])
const HOURS = [2, 4, 6, 8, 9.9]

test.each<[string, string, (sender: string, domain: string) => Fate]>([
  ['recipient_domain', 'c.example', (_, domain) => (domain === 'c.example' ? DENIED : undefined)],
  ['sender_wide', 's1.example', (sender) => (sender === 's1.example' ? DMARC : undefined)],
])('in a log of less than a day %s %s is told for as long as it lasts', async (verdict, subject, fate) => {
  await fill(
    store,
    mail((sender, domain, hour) => (hour >= 1.2 ? fate(sender, domain) : undefined)),
  )
  expect(await told(1)).toEqual([])
  for (const hour of HOURS) expect(await told(hour), `after ${hour} hours`).toEqual([[verdict, subject]])
})

test('what was refused from the first hour on is usual', async () => {
  await fill(
    store,
    mail((_, domain, __, i) => (domain === 'c.example' && i % 16 < 8 ? DENIED : undefined)),
  )
  for (const hour of HOURS.slice(1)) expect(await told(hour), `after ${hour} hours`).toEqual([])
})
