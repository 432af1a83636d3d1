import { expect, test, vi } from 'vitest'
import { readVerdicts } from '../../cli/verdict.ts'
import { migratedStore } from '../store/temporary-store.ts'
import { fill, single } from '../verdict/traffic.ts'

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

const store = await migratedStore()

test('a small sender is judged by the hours that its refusals are spread over', async () => {
  const to = Date.UTC(2026, 5, 10, 18)
  const denied = { reason: 'dmarc_failed', reply: '550 5.7.1 rejected by DMARC policy' }
  // Forty messages a day; since noon most of them are refused.
  const mail = Array.from({ length: 80 }, (_, i) => {
    const at = to - (i + 1) * 36 * 60_000
    const domain = `d${i % 9}.example`
    const message = { sender: 'small.example', ip: '::', domain, provider: domain, at }
    return single(message, at > to - 10 * 3_600_000 && i % 4 > 0 ? denied : undefined)
  })
  await fill(store, mail)
  const values = { at: '2026-06-10T18:00:00Z', window: '1h', all: false, json: false, help: false }
  const told = async (since: string) =>
    (await readVerdicts(store, { ...values, since })).map(({ verdict, subject }) => `${verdict} ${subject}`)
  expect(await told('1h')).toEqual([])
  expect(await told('12h')).toEqual(['sender_wide small.example'])
})

test('of a sender is not said that too little is known where the receiver that refused it is told', async () => {
  const to = Date.UTC(2026, 5, 10, 18)
  const denied = { reason: 'relay_denied', reply: '550 5.7.1 relaying denied' }
  // Four senders write to a domain that refuses; one of them writes to nobody else in these hours.
  const mail = Array.from({ length: 240 }, (_, i) => {
    const at = to - (i + 0.5) * 3 * 60_000
    const isLone = i % 12 === 0
    const domain = isLone || i % 12 === 6 ? 'broken.example' : `d${i % 7}.example`
    const sender = isLone ? 'lone.example' : `s${i % 5}.example`
    const message = { sender, ip: '::', domain, provider: `mx.${domain}`, at }
    return single(message, domain === 'broken.example' && at > to - 3 * 3_600_000 ? denied : undefined)
  })
  await fill(store, mail)
  const values = { at: '2026-06-10T18:00:00Z', window: '1h', all: false, json: false, help: false }
  const items = await readVerdicts(store, { ...values, since: '3h' })
  expect(items.map(({ verdict, subject }) => `${verdict} ${subject}`)).toEqual([
    'recipient_domain broken.example',
  ])
})

test('more windows than can be judged are refused, with a length that does', () => {
  const values = { at: '2026-06-10T18:00:00Z', window: '15m', all: false, json: false, help: false }
  expect(() => readVerdicts(store, { ...values, since: '25d' })).toThrow(/such as --window 18m$/)
})
