import { beforeEach, expect, test } from 'vitest'
import { readSilentSources } from '../../../verdict/incidents/silent-sources.ts'
import { migratedStore } from '../../store/temporary-store.ts'

const store = await migratedStore()
beforeEach(() => store.command('TRUNCATE TABLE sources_1m'))

const NOW = Date.UTC(2026, 10, 24, 12, 0)
const MINUTE = 60_000
const DAY = 86_400_000

/** Minutes with events of a host in a topic, from `from` to `to` (milliseconds since 1970), one each `every` minutes. */
async function active(topic: string, log_host: string, from: number, to: number, every = 1, partition = 0) {
  await store.command(
    `INSERT INTO sources_1m SELECT toDateTime({from:UInt32} + number * {step:UInt32}, 'UTC'), {topic:String}, {partition:UInt32}, {log_host:String}
     FROM numbers({n:UInt32})`,
    {
      from: from / 1000,
      step: every * 60,
      n: Math.floor((to - from) / (every * MINUTE)),
      topic,
      partition,
      log_host,
    },
  )
}
const silent = async () =>
  (await readSilentSources(store, NOW + MINUTE)).map(({ kind, name }) => `${kind} ${name}`)

test('a host that always writes and stops is silent; the others are not', async () => {
  await active('mail', 'mx1', NOW - 3 * DAY, NOW - 20 * MINUTE)
  await active('mail', 'mx2', NOW - 3 * DAY, NOW + MINUTE, 1, 1)
  const found = await readSilentSources(store, NOW + MINUTE)
  expect(found.map(({ kind, name }) => [kind, name])).toEqual([
    ['log_host', 'mail mx1'],
    ['partition', 'mail/0'],
  ])
  expect(found[0]).toMatchObject({ last_seen: '2026-11-24T11:39:00Z', quiet_s: 21 * 60 })
  expect(found[0]?.usual_minutes).toBeGreaterThan(19)
})

test('five minutes are not enough', async () => {
  await active('mail', 'mx1', NOW - 3 * DAY, NOW - 3 * MINUTE)
  await active('mail', 'mx2', NOW - 3 * DAY, NOW + MINUTE)
  expect(await silent()).toEqual([])
})

test('a host that writes once an hour has its own patience', async () => {
  await active('mail', 'mx1', NOW - 3 * DAY, NOW - 5 * 60 * MINUTE, 60)
  await active('mail', 'mx2', NOW - 3 * DAY, NOW + MINUTE)
  expect(await silent()).toEqual([])
})

test('one that rests at this time of day, or on this day of the week, is not silent', async () => {
  for (let day = 1; day <= 5; day++)
    await active('mail', 'day', NOW - day * DAY + 120 * MINUTE, NOW - day * DAY + 600 * MINUTE)
  // Every morning from six to ten; from eleven to one as well, but not on this day of the week.
  for (let day = 0; day <= 7; day++) {
    const midnight = NOW - day * DAY - 720 * MINUTE
    await active('mail', 'week', midnight + 360 * MINUTE, midnight + 600 * MINUTE)
    if (day > 0 && day < 7) await active('mail', 'week', midnight + 660 * MINUTE, midnight + 780 * MINUTE)
  }
  await active('mail', 'mx2', NOW - 7 * DAY, NOW + MINUTE)
  expect(await silent()).toEqual([])
})

test('where everything stands still, nothing is silent against the others', async () => {
  await active('mail', 'mx1', NOW - 3 * DAY, NOW - 60 * MINUTE)
  expect(await silent()).toEqual([])
})

test('a whole file that stops is silent; its generations are not', async () => {
  await active('/var/log/mail.log', 'mx1', NOW - 2 * DAY, NOW - DAY, 1, 0)
  await active('/var/log/mail.log', 'mx1', NOW - DAY, NOW - 30 * MINUTE, 1, 1)
  await active('mail', 'mx2', NOW - 2 * DAY, NOW + MINUTE)
  expect(await silent()).toEqual(['log_host /var/log/mail.log mx1', 'topic /var/log/mail.log'])
})

test('a source of a few hours is judged by its own rate', async () => {
  await active('mail', 'new', NOW - 3 * 60 * MINUTE, NOW - 30 * MINUTE)
  await active('mail', 'mx2', NOW - 3 * DAY, NOW + MINUTE)
  expect(await silent()).toEqual(['log_host mail new'])
})
