import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { REASONS } from '../../schemas/reasons.ts'

// SparkPost's bounce classification codes and PowerMTA's bounce categories, as their manuals list them.
const SPARKPOST = [
  '1',
  '10',
  '20',
  '21',
  '22',
  '23',
  '24',
  '25',
  '26',
  '30',
  '40',
  '50',
  '51',
  '52',
  '53',
  '54',
].concat(['60', '70', '80', '90', '100'])
const POWERMTA = ['bad-configuration', 'bad-connection', 'bad-domain', 'bad-mailbox', 'content-related']
  .concat(['inactive-mailbox', 'invalid-sender', 'message-expired', 'no-answer-from-host', 'other'])
  .concat(['policy-related', 'protocol-errors', 'quota-issues', 'relaying-issues', 'routing-errors'])
  .concat(['spam-related', 'virus-related'])

const docs = readFileSync(new URL('../../docs/classification.md', import.meta.url), 'utf8')

describe.each([...REASONS])('%s', (name, { sparkpost, powermta }) => {
  test("has codes of SparkPost's and PowerMTA's lists, as the documentation says", () => {
    expect(sparkpost.length).toBeGreaterThan(0)
    expect(powermta.length).toBeGreaterThan(0)
    for (const code of sparkpost) expect(SPARKPOST).toContain(code)
    for (const category of powermta) expect(POWERMTA).toContain(category)
    expect(docs).toContain(`| ${name} | ${sparkpost.join(', ')} | ${powermta.join(', ')} |`)
  })
})
