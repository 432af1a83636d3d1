import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { subCause } from '../../verdict/evidence/sub-cause.ts'
import { OwnThresholds, useThresholds } from '../../verdict/own-thresholds.ts'
import { SILENCE, THRESHOLDS } from '../../verdict/thresholds.ts'

const DEFAULTS = structuredClone({ ...THRESHOLDS, silence: SILENCE })
afterEach(() => useThresholds(structuredClone(DEFAULTS)))

/** Numbers with their paths. */
const leaves = (value: object, path = ''): [string, unknown][] =>
  Object.entries(value).flatMap(([name, inner]): [string, unknown][] =>
    typeof inner === 'object' && !Array.isArray(inner)
      ? leaves(inner, `${path}${name}.`)
      : [[`${path}${name}`, inner]],
  )

test('the defaults are as their own schema wants them', () => {
  expect(OwnThresholds.parse(DEFAULTS)).toEqual(DEFAULTS)
})

test('what is named changes, the rest stays', () => {
  useThresholds({ min_refused: { provider: 99 }, spans_s: [30], silence: { quiet_s: 600 } })
  expect(THRESHOLDS.min_refused).toEqual({ ...DEFAULTS.min_refused, provider: 99 })
  expect(THRESHOLDS.spans_s).toEqual([30])
  expect(SILENCE).toEqual({ ...DEFAULTS.silence, quiet_s: 600 })
  expect(THRESHOLDS.min_share).toEqual(DEFAULTS.min_share)
})

test('the judgement goes by them', () => {
  const replies = [
    { name: 'policy_rejected', messages: 60 },
    { name: 'dmarc_failed', messages: 40 },
  ]
  expect(subCause(replies).sub_cause).toBe('authentication')
  useThresholds({ min_words_share: 0.5 })
  expect(subCause(replies).sub_cause).toBe('undetermined')
})

test.each([
  [{ min_domain: 3 }, 'min_domain'],
  [{ stale_list_share: 5 }, 'stale_list_share'],
  [{ min_share: { all: 1.5 } }, 'min_share.all'],
  [{ min_refused: { provider: 2.5 } }, 'min_refused.provider'],
  [{ min_refused: { everyone: 2 } }, 'min_refused.everyone'],
  [{ min_gain: -1 }, 'min_gain'],
  [{ spans_s: [] }, 'spans_s'],
])('%j is refused', (section, place) => {
  const [issue] = OwnThresholds.safeParse(section).error?.issues ?? []
  const path = [...(issue?.path ?? []), ...(issue?.code === 'unrecognized_keys' ? issue.keys : [])]
  expect(path.join('.')).toBe(place)
  expect(() => useThresholds(section)).toThrow()
})

test('every threshold stands in the documentation with its default', () => {
  const text = readFileSync(join(import.meta.dirname, '../../docs/configuration.md'), 'utf8')
  const rows = leaves(DEFAULTS).map(
    ([name, value]) => `| \`verdict.${name}\` | \`${JSON.stringify(value)}\` |`,
  )
  expect(rows.filter((row) => !text.includes(row))).toEqual([])
})
