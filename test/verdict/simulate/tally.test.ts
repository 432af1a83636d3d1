import { expect, test } from 'vitest'
import type { Scenario } from '../../../verdict/simulate/draw.ts'
import { tallyOf } from '../../../verdict/simulate/tally.ts'
import type { Attempt } from '../../../verdict/simulate/traffic.ts'

/** An outage of one provider: 40 recipients in 10 of its domains, of which 9 meet it; `at_once` share a message. */
function outage(retried: number, at_once = 1): boolean {
  const scenario: Scenario = {
    truths: [{ verdict: 'provider_wide', kind: 'provider', subjects: ['mx'], causes: ['network'] }],
    belongs: () => 0,
    fate: ({ delivery, tries }) =>
      tries === 0 && Number(delivery.queue_id) * at_once < 9
        ? { status: 'deferred', trouble: 'lost' }
        : undefined,
  }
  const tally = tallyOf(scenario, 0)
  const attempt = (i: number, at: number, tries: number) =>
    tally.course.fate?.({
      at,
      tries,
      exists: true,
      sender: { domain: 's.example' },
      place: { domain: `d${i % 10}.example`, provider: 'mx' },
      delivery: { queue_id: String(Math.floor(i / at_once)), recipient: `to@d${i % 10}.example` },
    } as Attempt)
  for (let i = 0; i < 40; i++) attempt(i, i * 1000, 0)
  for (let i = 0; i < retried; i++) attempt(i, 400_000 + i * 1000, 1)
  return tally.isEnough()
}

test('what a retry brought through is not refused, and does not count for enough', () => {
  expect(outage(0)).toBe(true)
  expect(outage(2)).toBe(false)
})

test('recipients that are refused at once are one refused message', () => {
  expect(outage(0, 3)).toBe(false)
})
