import { expect, test, vi } from 'vitest'
import { verdictText } from '../../../cli/output/verdict-text.ts'
import type { DeliveryEventRow } from '../../../schemas/delivery-events.ts'
import type { SubjectKind } from '../../../schemas/verdict.ts'
import { readMistyped } from '../../../verdict/evidence/mistyped.ts'
import { judgeWindow } from '../../../verdict/judge.ts'
import { readAttempts } from '../../../verdict/window/attempts.ts'
import { migratedStore } from '../../store/temporary-store.ts'
import { type Fate, fill, single, traffic } from '../traffic.ts'

vi.setConfig({ testTimeout: 60_000 })

const store = await migratedStore()

const MINUTE = 60_000
const AT = Date.UTC(2026, 5, 10, 12)
const NOT_FOUND: Fate = {
  reason: 'domain_not_found',
  reply: 'Host or domain name not found. Name service error for name=gmal.com type=AAAA: Host not found',
}
const REFUSED: Fate = { reason: 'policy_rejected', reply: '550 5.7.1 rejected by policy' }

function to(domain: string, count: number, fate: Fate, change: Partial<DeliveryEventRow> = {}) {
  return Array.from({ length: count }, (_, i) =>
    single(
      { sender: 's1.example', ip: '192.0.2.1', domain, provider: '', at: AT - (10 - i) * MINUTE },
      fate,
      change,
    ),
  )
}

const USUAL = traffic({ 's1.example': 2000, 's2.example': 1500 }, [AT - 1440 * MINUTE, AT])
test('recipient domains that take no mail and are one slip from one that does are named', async () => {
  await store.command(
    `INSERT INTO dns_snapshots (domain, type, valid_from, last_seen, state, answer, ttl_s)
     VALUES ('hotmial.com', 'mx', '2026-06-10 11:50:00', '2026-06-10 11:50:00', 'nullmx', '0 .', 300)`,
  )
  await fill(store, [
    ...USUAL,
    // The mail server found no such name; the row carries what DNS said; only the history does.
    ...to('gmal.com', 4, NOT_FOUND),
    ...to('d12.exampel', 3, REFUSED, { dns_mx: 'nxdomain' }),
    ...to('hotmial.com', 2, REFUSED),
    // Near none; takes mail by DNS; took mail before.
    ...to('gone.example', 3, NOT_FOUND),
    ...to('gmaill.com', 3, REFUSED, { dns_mx: 'valid' }),
    ...to('d120.example', 1, undefined),
    ...to('d120.example', 2, REFUSED, { dns_mx: 'nxdomain' }),
  ])
  const [item] = await judgeWindow(store, { at: AT, window_ms: 15 * MINUTE, sender: 's1.example' })
  expect(item).toMatchObject({ subject: 's1.example', subject_kind: 'sender_domain' })
  expect(item?.evidence.mistyped).toEqual([
    { domain: 'gmal.com', meant: 'gmail.com', recipients: 4 },
    { domain: 'd12.exampel', meant: 'd12.example', recipients: 3 },
    { domain: 'hotmial.com', meant: 'hotmail.com', recipients: 2 },
  ])
  expect(item?.next_step).toMatch(/Correct the mistyped addresses.*gmal\.com \(gmail\.com\?\), d12\.exampel/)
  expect(item && verdictText(item)).toContain('mistyped   gmal.com (gmail.com?), d12.exampel (d12.example?)')
  const [other] = await judgeWindow(store, { at: AT, window_ms: 15 * MINUTE, sender: 's2.example' })
  expect(other?.evidence).not.toHaveProperty('mistyped')
})

test('a mistyped domain is named where it is the subject, and no other subject names any', async () => {
  const [item] = await judgeWindow(store, { at: AT, window_ms: 15 * MINUTE, sender: 's1.example' })
  if (item === undefined) throw new Error('nothing judged')
  const { mistyped, ...evidence } = item.evidence
  const window = { direction: 'outbound', from: AT - 15 * MINUTE, to: AT } as const
  const { outbound } = await readAttempts(store, window, ['outbound'])
  const about = async (subject_kind: SubjectKind, subject: string) => {
    const judged = { ...item, evidence, subject_kind, subject }
    const tell = await readMistyped(store, window, outbound, [judged])
    return tell(judged).evidence.mistyped
  }
  expect(mistyped).toHaveLength(3)
  expect(await about('recipient_domain', 'gmal.com')).toEqual(mistyped?.slice(0, 1))
  expect(await about('recipient_domain', 'd1.example')).toBeUndefined()
  expect(await about('provider', 'gmal.com')).toBeUndefined()
})
