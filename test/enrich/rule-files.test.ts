import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { loadRules, parseRules } from '../../enrich/classify/rules.ts'

const rules = loadRules()

// At start they are taken at their word.
test.each([...new Set(rules.map(({ file }) => file))])('%s is right, and read as it was checked', (file) => {
  const checked = parseRules(file, readFileSync(file, 'utf8'))
  expect(rules.filter((rule) => rule.file === file)).toEqual(checked.rules)
})
