import fc from 'fast-check'
import { expect, test } from 'vitest'
import { readDkimKey } from '../../../enrich/dns/dkim-key.ts'
import { readDmarc } from '../../../enrich/dns/dmarc/record.ts'
import { domainSpec } from '../../../enrich/dns/spf/macro.ts'
import { readSpf, spfRecords } from '../../../enrich/dns/spf/record.ts'
import { readTags } from '../../../enrich/dns/tag-list.ts'

// Whoever publishes a record chooses its text.
const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 200 }),
  fc
    .array(
      fc.constantFrom(
        'v=spf1',
        'v=DMARC1',
        'v=DKIM1',
        ';',
        ' ',
        'p=',
        'reject',
        ',',
        '=',
        '%{',
        '}',
        '%',
        'a:',
        '/',
        '//',
        '24',
        'include:',
        '.',
        'x',
        '\0',
        '"',
        '\u00fc',
      ),
    )
    .map((parts) => parts.join('')),
)

test('any text is read, and an error says what is wrong', () => {
  fc.assert(
    fc.property(text, (record) => {
      readTags(record)
      domainSpec(record)
      const spf = readSpf(record)
      if ('error' in spf) expect(spf.error).not.toBe('')
      for (const one of spfRecords([record])) expect(one.slice(0, 6).toLowerCase()).toBe('v=spf1')
      const { record: dmarc, problems } = readDmarc('_dmarc.a.test', [record])
      if (dmarc !== undefined && !dmarc.usable) expect(problems.length).toBeGreaterThan(0)
      const key = readDkimKey('s._domainkey.a.test', 's', [record])
      if (key.state !== 'valid') expect(key.problems.length).toBeGreaterThan(0)
    }),
    { numRuns: 2000 },
  )
})

test('a record of 64 KiB is read at once', () => {
  const long = 'x'.repeat(65_000)
  expect(readSpf(`v=spf1 a:${long}.test -all`)).toHaveProperty('mechanisms')
  expect(readSpf(`v=spf1 ${'%{d}'.repeat(16_000)}`)).toHaveProperty('error')
  expect(
    readDmarc('_dmarc.a.test', [`v=DMARC1; p=reject; rua=${'mailto:a@b.test,'.repeat(4000)}`]).record?.rua
      .length,
  ).toBeLessThan(30)
  expect(readTags(`${'a'.repeat(60_000)}=1; b=2`).error).not.toBe('')
})
