import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Incident } from '../../../schemas/incident.ts'
import type { VerdictItem } from '../../../schemas/verdict.ts'
import { advance, type Life } from '../../../verdict/incidents/incident.ts'
import { item } from '../items.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const T0 = Date.UTC(2026, 5, 10, 12)
const LIFE: Life = {
  quiet_ms: 30 * MINUTE,
  reopen_ms: 2 * HOUR,
  remind_ms: 24 * HOUR,
  blind_ms: 24 * HOUR,
}

/** Runs rounds at given minutes and keeps incidents as a store would. Gives what was told, in order. */
function live(
  rounds: readonly [minute: number, items: (at: number) => VerdictItem[], blind?: boolean][],
  acknowledged: (incidents: Incident[]) => string[] = () => [],
) {
  const stored = new Map<string, Incident>()
  const told: [minute: number, notice: string, subject: string][] = []
  for (const [minute, items, blind = false] of rounds) {
    const now = T0 + minute * MINUTE
    const incidents = [...stored.values()].filter(
      ({ state, closed_at }) => state === 'open' || closed_at >= now - LIFE.reopen_ms,
    )
    const round = {
      now,
      items: items(now),
      incidents,
      blind,
      life: LIFE,
      acknowledged: new Set(acknowledged(incidents)),
    }
    const changes = advance(round)
    expect(advance(round)).toEqual(changes)
    for (const incident of changes) {
      if (incident.notified_at === now && incident.notice !== '')
        told.push([minute, incident.notice, incident.subject])
      stored.set(incident.id, incident)
    }
  }
  return { told, incidents: [...stored.values()] }
}
const contoso = (at: number) => [item('recipient_domain', 'contoso.example', at)]
const nothing = () => []

test('opens once, is updated in silence, closes after 30 quiet minutes', () => {
  const { told, incidents } = live([
    [0, contoso],
    [1, (at) => [item('recipient_domain', 'contoso.example', at, { refused: 90 })]],
    [2, (at) => [item('recipient_domain', 'contoso.example', at, { refused: 40 })]],
    [20, nothing],
    [31, nothing],
    [32, nothing],
    [33, nothing],
  ])
  expect(told).toEqual([
    [0, 'opened', 'contoso.example'],
    [32, 'closed', 'contoso.example'],
  ])
  expect(incidents).toHaveLength(1)
  expect(incidents[0]).toMatchObject({
    state: 'closed',
    opened_at: T0 - 5 * MINUTE,
    last_seen: T0 + 2 * MINUTE - 6_000,
    closed_at: T0 + 32 * MINUTE,
  })
  // Kept at its height.
  expect(incidents[0]?.height.evidence.refused).toBe(90)
})

test('a wave that goes on for days is told again each day, unless somebody has taken it on', () => {
  const days = (acknowledge: boolean) =>
    live(
      Array.from({ length: 49 }, (_, hour) => [hour * 60, contoso]),
      (incidents) => (acknowledge ? incidents.map(({ id }) => id) : []),
    ).told.map(([minute, notice]) => [minute / 60, notice])
  expect(days(false)).toEqual([
    [0, 'opened'],
    [24, 'reminded'],
    [48, 'reminded'],
  ])
  expect(days(true)).toEqual([[0, 'opened']])
})

test('begun again within two hours it is the same one; later it is another', () => {
  const soon = live([
    [0, contoso],
    [31, nothing],
    [60, contoso],
  ])
  expect(soon.told.map(([, notice]) => notice)).toEqual(['opened', 'closed', 'reopened'])
  expect(soon.incidents).toHaveLength(1)
  expect(soon.incidents[0]).toMatchObject({ state: 'open', closed_at: 0, reopened_at: T0 + HOUR })
  const late = live([
    [0, contoso],
    [31, nothing],
    [180, contoso],
  ])
  expect(late.told.map(([, notice]) => notice)).toEqual(['opened', 'closed', 'opened'])
  expect(late.incidents).toHaveLength(2)
})

test('what a long window still shows after the end is old news', () => {
  const old = (at: number) => [
    item('recipient_domain', 'contoso.example', at, { last: (at - T0) / MINUTE, first: 60 }),
  ]
  const { told } = live([
    [0, contoso],
    [31, old],
    [32, old],
    [40, old],
  ])
  expect(told.map(([minute, notice]) => [minute, notice])).toEqual([
    [0, 'opened'],
    [31, 'closed'],
  ])
})

test('without any mail nobody knows whether it is over', () => {
  const { told } = live([
    [0, contoso],
    [60, nothing, true],
    [23 * 60, nothing, true],
    [24 * 60, nothing, true],
  ])
  expect(told.map(([minute, notice]) => [minute, notice])).toEqual([
    [0, 'opened'],
    [24 * 60, 'closed'],
  ])
})

test('noise and too little make no incident', () => {
  const quiet = (at: number): VerdictItem[] =>
    (['mailbox_noise', 'insufficient_data'] as const).map((verdict) => ({
      ...item('sender_domain', `${verdict}.example`, at),
      verdict,
    }))
  expect(live([[0, quiet]]).incidents).toEqual([])
})

const atMicrosoft = { top_providers: [{ name: 'microsoft365', messages: 20 }] }
const fromNews = { top_senders: [{ name: 'news.example', messages: 19 }] }

test.each<[string, VerdictItem, (at: number) => VerdictItem]>([
  [
    'a domain into its provider',
    item('recipient_domain', 'contoso.example', T0, atMicrosoft),
    (at) => item('provider', 'microsoft365', at, { first: 8, refused: 200 }),
  ],
  [
    'a domain into the sender whose mail it refused',
    item('recipient_domain', 'contoso.example', T0, fromNews),
    (at) => item('sender_domain', 'news.example', at, { first: 8, refused: 200 }),
  ],
  [
    'a provider into the platform',
    item('provider', 'microsoft365', T0),
    (at) => item('all', 'all', at, { first: 8, refused: 500 }),
  ],
  [
    'a sender into the address that it sends from',
    item('sender_domain', 'news.example', T0, { top_ips: [{ name: '192.0.2.1', messages: 20 }] }),
    (at) => item('source_ip', '192.0.2.1', at, { first: 8, refused: 80 }),
  ],
])('merges %s', (_what, narrow, wide) => {
  const { told, incidents } = live([
    [0, () => [narrow]],
    [3, (at) => [wide(at)]],
    // The narrower alone is still explained while the wider is open.
    [5, (at) => [{ ...narrow, evidence: { ...narrow.evidence, last_refused: new Date(at).toISOString() } }]],
  ])
  const [first, second] = incidents
  expect(told.map(([, notice, subject]) => [notice, subject])).toEqual([
    ['opened', narrow.subject],
    ['widened', wide(T0).subject],
  ])
  expect(first).toMatchObject({ state: 'merged', merged_into: second?.id })
  expect(second).toMatchObject({ state: 'open', opened_at: T0 - 5 * MINUTE })
})

test.each<[string, VerdictItem, (at: number) => VerdictItem]>([
  [
    'another provider',
    item('recipient_domain', 'contoso.example', T0, atMicrosoft),
    (at) => item('provider', 'google', at, { refused: 200 }),
  ],
  [
    'a wave that began hours later',
    item('recipient_domain', 'contoso.example', T0 - 3 * HOUR, { ...atMicrosoft, last: -179 }),
    (at) => item('provider', 'microsoft365', at, { refused: 200 }),
  ],
  [
    'the other direction',
    item('provider', 'microsoft365', T0),
    (at) => ({ ...item('all', 'all', at), direction: 'inbound' }),
  ],
  [
    'a narrower one',
    item('provider', 'microsoft365', T0),
    (at) => item('recipient_domain', 'fabrikam.example', at),
  ],
])('does not merge into %s', (_what, one, other) => {
  const { incidents } = live([
    [0, () => [one]],
    [3, (at) => [other(at)]],
  ])
  expect(incidents.map(({ state }) => state)).toEqual(['open', 'open'])
})

test('a chain of merges in one round ends at the widest', () => {
  const narrow = item('recipient_domain', 'contoso.example', T0, atMicrosoft)
  const { incidents } = live([
    [0, () => [narrow, item('sender_domain', 'news.example', T0)]],
    [2, (at) => [item('provider', 'microsoft365', at)]],
    [4, (at) => [item('all', 'all', at, { refused: 900 })]],
  ])
  const platform = incidents.find(({ subject_kind }) => subject_kind === 'all')
  const [domain, sender, provider] = incidents
  expect(domain).toMatchObject({ state: 'merged', merged_into: provider?.id })
  expect(sender).toMatchObject({ state: 'merged', merged_into: platform?.id })
  expect(provider).toMatchObject({ state: 'merged', merged_into: platform?.id })
  expect(incidents.filter(({ state }) => state === 'open')).toEqual([platform])
})

test('the narrower one opens by itself once the wider is over', () => {
  const { told } = live([
    [0, (at) => [item('provider', 'microsoft365', at)]],
    [20, (at) => [item('recipient_domain', 'contoso.example', at, atMicrosoft)]],
    [31, (at) => [item('recipient_domain', 'contoso.example', at, atMicrosoft)]],
    [32, (at) => [item('recipient_domain', 'contoso.example', at, atMicrosoft)]],
  ])
  expect(told).toEqual([
    [0, 'opened', 'microsoft365'],
    [31, 'closed', 'microsoft365'],
    [32, 'opened', 'contoso.example'],
  ])
})

const kinds = ['recipient_domain', 'provider', 'sender_domain', 'source_ip', 'all'] as const
// A wave of any kind, about one of two subjects, whose refusals may be another one's.
const wave = fc.record({
  kind: fc.constantFrom(...kinds),
  name: fc.constantFrom('a', 'b'),
  of: fc.constantFrom('a', 'b', 'c'),
  first: fc.integer({ min: 1, max: 14 }),
})
const step = fc.record({
  minutes: fc.integer({ min: 1, max: 200 }),
  waves: fc.array(wave, { maxLength: 6 }),
  blind: fc.boolean(),
})

test('whatever comes, a subject has one open incident at most, and each state its times', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 25 }), (steps) => {
      let minute = 0
      const { incidents, told } = live(
        steps.map(({ minutes, waves, blind }) => {
          minute += minutes
          const items = (at: number) =>
            waves.map(({ kind, name, of, first }) => {
              const mine = [{ name: of, messages: 20 }]
              const own = { top_providers: mine, top_senders: mine, top_ips: mine }
              return item(kind, kind === 'all' ? 'all' : name, at, { first, ...own })
            })
          return [minute, items, blind]
        }),
      )
      const open = incidents.filter(({ state }) => state === 'open')
      const keys = open.map(({ subject_kind, subject }) => `${subject_kind} ${subject}`)
      expect(new Set(keys).size).toBe(keys.length)
      const ids = new Set(incidents.map(({ id }) => id))
      for (const { state, merged_into, id, closed_at, opened_at, last_seen } of incidents) {
        expect(state === 'merged').toBe(merged_into !== '')
        expect(merged_into === '' || (ids.has(merged_into) && merged_into !== id)).toBe(true)
        expect(state === 'open').toBe(closed_at === 0)
        expect(opened_at).toBeLessThanOrEqual(last_seen)
      }
      // Opened once each: every "opened" is of an incident of its own.
      expect(told.filter(([, notice]) => notice === 'opened').length).toBeLessThanOrEqual(incidents.length)
    }),
    { numRuns: 200, seed: 8 },
  )
})
