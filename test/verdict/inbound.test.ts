import { expect, test, vi } from 'vitest'
import type { DeliveryEventRow } from '../../schemas/delivery-events.ts'
import { judgeWindow } from '../../verdict/judge.ts'
import { migratedStore } from '../store/temporary-store.ts'
import { type Fate, fill, single } from './traffic.ts'

// A gateway that refuses most of what knocks, as it always does: by a block list, before anything else is looked at.
vi.setConfig({ testTimeout: 60_000 })

const store = await migratedStore()

const AT = Date.UTC(2026, 5, 10, 12)
const MINUTE = 60_000
const ONSET = AT - 10 * MINUTE
const OWN = ['ours1.example', 'ours2.example', 'ours3.example']
const LISTED: Fate = { reason: 'ip_blocklisted', reply: '554 5.7.1 blocked using zen.spamhaus.org' }
const BROKEN: Fate = {
  reason: 'system_error',
  reply: '451 4.3.5 Server configuration problem',
  outcome: 'deferred',
}
const UNKNOWN: Fate = { reason: 'recipient_unknown', reply: '550 5.1.1 User unknown' }

/** An hour and ten minutes of it: what happens from the onset on to mail that no list keeps out, by our domain. */
function knocks(fateOf: (own: string) => Fate): DeliveryEventRow[] {
  return Array.from({ length: 700 }, (_, i) => {
    const at = AT - 70 * MINUTE + i * 6000
    const domain = OWN[i % 3] ?? ''
    const isStranger = i % 10 < 7
    const sender = isStranger ? `bot${i}.example` : `partner${i % 29}.example`
    const fate = isStranger ? LISTED : at < ONSET ? undefined : fateOf(domain)
    return single({ sender, ip: `198.51.100.${i % 200}`, domain, provider: '', at }, fate, {
      direction: 'inbound',
      remote_host: `mx.${sender}`,
    })
  })
}

const judged = async () => {
  const items = await judgeWindow(store, { at: AT, window_ms: 15 * MINUTE })
  return items.map(({ verdict, subject, sub_cause }) => [verdict, subject, sub_cause])
}

test('a common hour has nothing to say', async () => {
  await fill(
    store,
    knocks(() => undefined),
  )
  expect(await judged()).toEqual([])
})

test('our own fault is told, though strangers are refused as ever', async () => {
  await fill(
    store,
    knocks(() => BROKEN),
  )
  expect(await judged()).toEqual([['platform_wide', 'all', 'relay']])
})

test('a domain of ours that knows nobody any more has lost its directory', async () => {
  await fill(
    store,
    knocks((own) => (own === 'ours2.example' ? UNKNOWN : undefined)),
  )
  expect(await judged()).toEqual([['recipient_domain', 'ours2.example', 'directory']])
})
