import { expect, test } from 'vitest'
import { rangeOf } from '../../../cli/arguments/times.ts'
import { UsageError } from '../../../cli/arguments/usage-error.ts'

// A Sunday in Berlin, in the night in which the clocks go forward there.
const NOW = Date.parse('2026-03-29T10:30:00Z')
const BERLIN = { now: NOW, time_zone: 'Europe/Berlin' }
const range = (text: string, place = BERLIN) => {
  const { from, to } = rangeOf('--time', text, place)
  return [from, to].map((time) => new Date(time).toISOString().replace(':00.000Z', 'Z'))
}

test.each([
  ['yesterday', '2026-03-27T23:00Z', '2026-03-28T23:00Z'],
  // This day has 23 hours.
  ['today', '2026-03-28T23:00Z', '2026-03-29T22:00Z'],
  ['2026-06-10', '2026-06-09T22:00Z', '2026-06-10T22:00Z'],
  ['2026-03-01..2026-03-07', '2026-02-28T23:00Z', '2026-03-07T23:00Z'],
  ['last 2h', '2026-03-29T08:30Z', '2026-03-29T10:30Z'],
  ['7d', '2026-03-22T10:30Z', '2026-03-29T10:30Z'],
  ['last 2 weeks', '2026-03-15T10:30Z', '2026-03-29T10:30Z'],
  ['2h ago..now', '2026-03-29T08:30Z', '2026-03-29T10:30Z'],
  ['2 hours ago..90m ago', '2026-03-29T08:30Z', '2026-03-29T09:00Z'],
  ['yesterday 14:00..yesterday 15:30', '2026-03-28T13:00Z', '2026-03-28T14:30Z'],
  ['yesterday..', '2026-03-27T23:00Z', '2026-03-29T10:30Z'],
  ['today 05:00', '2026-03-29T03:00Z', '2026-03-29T10:30Z'],
  ['2026-03-28T12:00:00Z..2026-03-28T15:00:00+01:00', '2026-03-28T12:00Z', '2026-03-28T14:00Z'],
  ['Yesterday', '2026-03-27T23:00Z', '2026-03-28T23:00Z'],
])('%s', (text, from, to) => {
  expect(range(text)).toEqual([from, to])
})

test('days are those of the zone', () => {
  expect(range('today', { now: NOW, time_zone: 'Pacific/Auckland' })[0]).toBe('2026-03-28T11:00Z')
  expect(range('today', { now: NOW, time_zone: 'UTC' })[0]).toBe('2026-03-29T00:00Z')
})

test.each([
  ['tomorrow', 'is no time'],
  ['2026-13-45', 'is no time'],
  ['yesterday 25:00', 'is no time'],
  ['2026-06-10T12:00:00', 'is no time'],
  ['now..2h ago', 'ends before it begins'],
  ['', 'is no time'],
  ['0h', 'ends before it begins'],
])('%j is wrong use', (text, message) => {
  expect(() => rangeOf('--time', text, BERLIN)).toThrow(UsageError)
  expect(() => rangeOf('--time', text, BERLIN)).toThrow(message)
})
