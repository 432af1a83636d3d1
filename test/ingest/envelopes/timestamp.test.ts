import fc from 'fast-check'
import { expect, test } from 'vitest'
import { bsdStamp, isoStamp, isoStampOf } from '../../../ingest/envelopes/timestamp.ts'
import { zonedToUtc } from '../../../ingest/envelopes/zone.ts'

const utc = { reference: 0, timeZone: 'UTC' }
const year9999 = Date.UTC(9999, 11, 31, 23, 59, 59, 999)
const anyTime = fc.integer({ min: Date.parse('0000-01-01T00:00:00Z'), max: year9999 })

test('reads every time that Date writes', () => {
  fc.assert(
    fc.property(anyTime, (time) => {
      expect(isoStamp(new Date(time).toISOString(), 0, utc)).toEqual({ time, end: 24 })
    }),
  )
})

function bsd(time: number): string {
  const [, day = '', month = '', , clock = ''] = new Date(time).toUTCString().split(' ')
  return `${month} ${day.replace(/^0/, ' ')} ${clock}`
}

test('finds the year of any time up to a year before its arrival, and a day after', () => {
  const age = fc.integer({ min: -86_399, max: 363 * 86_400 })
  const year2100 = fc.integer({ min: 400 * 86_400, max: 4_102_444_800 })
  fc.assert(
    fc.property(year2100, age, (reference, seconds) => {
      const time = (reference - seconds) * 1000
      fc.pre(!bsd(time).startsWith('Feb 29'))
      expect(bsdStamp(bsd(time), 0, { reference: reference * 1000, timeZone: 'UTC' })?.time).toBe(time)
    }),
  )
})

test.each([
  ['a December line read in January', 'Dec 31 23:59:58', '2026-01-01T00:00:03Z', '2025-12-31T23:59:58Z'],
  [
    'a January line that a slow clock receives in December',
    'Jan  1 00:00:10',
    '2025-12-31T23:59:50Z',
    '2026-01-01T00:00:10Z',
  ],
  ['more than a day ahead', 'Jan  3 00:00:00', '2026-01-01T00:00:00Z', '2025-01-03T00:00:00Z'],
  ['29 February, three years later', 'Feb 29 12:00:00', '2027-06-01T00:00:00Z', '2024-02-29T12:00:00Z'],
])('%s', (_name, stamp, arrival, expected) => {
  const context = { reference: Date.parse(arrival), timeZone: 'UTC' }
  expect(bsdStamp(stamp, 0, context)?.time).toBe(Date.parse(expected))
})

test.each([
  ['Asia/Tokyo', 'Jan  1 08:00:00', '2025-12-31T23:00:01Z', '2025-12-31T23:00:00Z'],
  ['America/New_York', 'Dec 31 23:30:00', '2026-01-01T04:30:01Z', '2026-01-01T04:30:00Z'],
])('the year turns in %s', (timeZone, stamp, arrival, expected) => {
  expect(bsdStamp(stamp, 0, { reference: Date.parse(arrival), timeZone })?.time).toBe(Date.parse(expected))
})

test.each([
  ['Europe/Berlin', '2026-07-01T12:00:00', '2026-07-01T10:00:00Z'],
  ['Europe/Berlin', '2026-10-25T02:30:00', '2026-10-25T00:30:00Z'],
  ['Europe/Berlin', '2026-03-29T02:30:00', '2026-03-29T01:30:00Z'],
  ['America/New_York', '2026-03-08T02:30:00', '2026-03-08T07:30:00Z'],
  ['America/New_York', '2026-11-01T01:30:00', '2026-11-01T05:30:00Z'],
  ['Australia/Lord_Howe', '2026-04-05T01:45:00', '2026-04-04T14:45:00Z'],
  ['America/St_Johns', '2010-11-07T00:00:30', '2010-11-07T02:30:30Z'],
  ['Pacific/Apia', '2011-12-31T00:30:00', '2011-12-30T10:30:00Z'],
  ['Asia/Kathmandu', '2026-01-01T00:00:00', '2025-12-31T18:15:00Z'],
])('%s %s', (zone, wall, expected) => {
  expect(new Date(zonedToUtc(Date.parse(`${wall}Z`), zone))).toEqual(new Date(expected))
})

test('the second pass of an hour is taken where the first would run back', () => {
  const wall = Date.UTC(2026, 9, 25, 2, 0, 5)
  const firstPass = Date.UTC(2026, 9, 25, 0, 0, 5)
  expect(zonedToUtc(wall, 'Europe/Berlin', Date.UTC(2026, 9, 25, 0, 59, 59))).toBe(firstPass + 3_600_000)
  expect(zonedToUtc(wall, 'Europe/Berlin', firstPass + 2000)).toBe(firstPass)
  expect(zonedToUtc(wall, 'Europe/Berlin', Date.UTC(2026, 10, 1))).toBe(firstPass)
})

test('a wall clock leads back to the moment that it showed, but for an hour that happens twice', () => {
  const zones = [
    'Europe/Berlin',
    'America/St_Johns',
    'Australia/Lord_Howe',
    'Africa/Casablanca',
    'Asia/Tehran',
  ]
  const clocks = new Map(
    zones.map((timeZone) => [
      timeZone,
      new Intl.DateTimeFormat('sv', { timeZone, dateStyle: 'short', timeStyle: 'medium' }),
    ]),
  )
  const moments = fc.integer({ min: Date.UTC(1990, 0) / 1000, max: Date.UTC(2040, 0) / 1000 })
  fc.assert(
    fc.property(fc.constantFrom(...zones), moments, (zone, seconds) => {
      const shown = clocks.get(zone)?.format(seconds * 1000) ?? ''
      const found = zonedToUtc(Date.parse(`${shown.replace(' ', 'T')}Z`), zone)
      expect(clocks.get(zone)?.format(found)).toBe(shown)
      expect(found).toBeLessThanOrEqual(seconds * 1000)
    }),
    { numRuns: 1000 },
  )
})

test('a date and a time in texts of their own are read as the same with a blank between, or not at all', () => {
  const dates = fc.constantFrom('2026-11-24', '2026-02-30', '2026-1-2', '2026:11:24', '', '2026-11-24 ')
  const times = fc.constantFrom(
    '03:25:25',
    '03:25:25.983',
    '03:25:25Z',
    '03:25:25 +0100',
    '25:00:00',
    'x',
    '',
  )
  fc.assert(
    fc.property(dates, times, (date, time) => {
      const parts = isoStampOf(date, time, utc)
      const whole = isoStamp(`${date} ${time}`, 0, utc)
      expect(parts?.time).toBe(date.length === 10 && date.includes('-') ? whole?.time : undefined)
    }),
  )
})
