import fc from 'fast-check'
import { expect, test } from 'vitest'
import { openCorrelator } from '../../ingest/correlate.ts'
import { emptyEvent } from '../../schemas/delivery-events.ts'

const deferral = (reply_text: string) => ({ ...emptyEvent(), reply_text })

test('a deferral counts against the bound, and the oldest message gives way', () => {
  const correlator = openCorrelator(4)
  correlator.at('a').sender = 's'
  correlator.defer('b', 'r1', deferral('1'))
  correlator.at('c')
  correlator.at('d')
  expect(correlator.get('a')).toBeUndefined()
  expect(correlator.get('b')?.deferred?.size).toBe(1)
})

test('settling gives the last deferral once', () => {
  const correlator = openCorrelator(10)
  correlator.defer('a', 'r', deferral('first'))
  correlator.defer('a', 'r', deferral('second'), true)
  expect(correlator.settle('a', 'r')?.reply_text).toBe('first')
  expect(correlator.settle('a', 'r')).toBeUndefined()
})

test('of messages that ended before a stage nothing is kept, however many they were', () => {
  const correlator = openCorrelator(10)
  correlator.at('begun first').sender = 's'
  for (let index = 0; index < 50_000; index++) {
    correlator.at(`m${index}`)
    correlator.end(`m${index}`)
  }
  correlator.at('begun last')
  const after = openCorrelator(10, [correlator.stage(false)])
  expect(after.get('begun first')?.sender).toBe('s')
  expect(after.get('begun last')).toBeDefined()
  expect(after.get('m49999')).toBeUndefined()
})

test('what a format keeps as an object outlives a restart, and is changed in place', () => {
  const before = openCorrelator(10)
  before.kept('a', () => ({ to: ['x'] })).to.push('y')
  const stage = before.stage(true)
  before.kept('a', () => ({ to: [''] })).to.push('z')
  const after = openCorrelator(10, [stage, before.stage(false)])
  expect(after.keptOf('a')).toEqual({ to: ['x', 'y', 'z'] })
  expect(after.keptOf('b')).toBeUndefined()
})

test('a restored state goes on exactly as the one it was taken from', () => {
  const key = fc.constantFrom('a', 'b', 'c', 'd', 'e')
  const step = fc.record({
    what: fc.constantFrom('at', 'end', 'defer', 'keep', 'settle', 'all', 'notes'),
    key,
    name: fc.constantFrom('x', 'y'),
  })
  const apply = (
    correlator: ReturnType<typeof openCorrelator>,
    steps: { what: string; key: string; name: string }[],
  ) =>
    steps.forEach(({ what, key, name }, index) => {
      if (what === 'at') correlator.at(key).sender = `s${index}`
      else if (what === 'end') correlator.end(key)
      else if (what === 'settle') correlator.settle(key, name)
      else if (what === 'all') correlator.settleAll(key)
      else if (what === 'notes') correlator.kept(key, () => ({ seen: [''] })).seen.push(name, String(index))
      else correlator.defer(key, name, deferral(String(index)), what === 'keep')
    })
  fc.assert(
    fc.property(
      fc.array(fc.array(step), { maxLength: 5 }),
      fc.integer({ min: 0, max: 5 }),
      fc.array(step),
      (blocks, fullAt, after) => {
        const straight = openCorrelator(6)
        let stages: string[] = []
        blocks.forEach((steps, index) => {
          apply(straight, steps)
          const full = index === 0 || index === fullAt
          const stage = straight.stage(full)
          stages = full ? [stage] : [...stages, stage]
        })
        const restored = openCorrelator(6, stages)
        apply(straight, after)
        apply(restored, after)
        expect(restored.stage(true)).toBe(straight.stage(true))
      },
    ),
  )
})
