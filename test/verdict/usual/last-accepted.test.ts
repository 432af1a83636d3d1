import { expect, test } from 'vitest'
import { judgeWindow } from '../../../verdict/judge.ts'
import { migratedStore } from '../../store/temporary-store.ts'
import { type Fate, fill, single, traffic } from '../traffic.ts'

const store = await migratedStore()

const AT = Date.UTC(2026, 5, 10, 12)
const MINUTE = 60_000
const DENIED: Fate = { reason: 'recipient_access_denied', reply: '554 5.7.1 Access denied' }

test('who refuses for hours took mail until a minute, not until an hour', async () => {
  const mail = (from: number, to: number, fate?: Fate) =>
    Array.from({ length: (to - from) / MINUTE / 2 }, (_, i) =>
      single(
        {
          ...{
            sender: `s${i % 3}.example`,
            ip: '192.0.2.1',
            domain: 'shut.example',
            provider: 'mx.shut.example',
          },
          at: AT + from + i * 2 * MINUTE,
        },
        fate,
      ),
    )
  await fill(store, [
    ...traffic({ 's0.example': 300, 's1.example': 300, 's2.example': 300 }, [AT - 1200 * MINUTE, AT]),
    ...mail(-600 * MINUTE, -193 * MINUTE),
    ...mail(-190 * MINUTE, 0, DENIED),
  ])
  const [item] = await judgeWindow(store, { at: AT, window_ms: 60 * MINUTE })
  expect([item?.verdict, item?.subject]).toEqual(['recipient_domain', 'shut.example'])
  expect(item?.evidence.last_accepted_before).toBe('2026-06-10T08:44:00Z')
})
