import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { cached } from '../../enrich/classify/cache.ts'
import { classifier, classify, type Reply } from '../../enrich/classify/classify.ts'
import { fingerprint } from '../../enrich/classify/fingerprint.ts'
import { loadRules } from '../../enrich/classify/rules.ts'
import { DIRECTIONS, STAGES } from '../../schemas/event.ts'

const examples = loadRules().flatMap(({ examples }) =>
  examples.map((example): Reply => (typeof example === 'string' ? { reply_text: example } : example)),
)

const FOLDER = join(import.meta.dirname, '../fixtures/replies')
const labelled = readdirSync(FOLDER).flatMap((name) =>
  readFileSync(join(FOLDER, name), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line): Reply => JSON.parse(line)),
)

function same(known: ReturnType<typeof cached>, reply: Reply): void {
  const { classification, fingerprint: kept } = known(reply)
  expect(classification, reply.reply_text).toEqual(classify(reply))
  expect(kept, reply.reply_text).toBe(fingerprint(reply.reply_text))
}

/** What differs from message to message, and what looks as if it did but decides. */
const name = fc.oneof(
  fc.ipV4(),
  fc.ipV6(),
  fc.emailAddress(),
  fc.domain(),
  fc.webUrl(),
  fc.integer({ max: 10_000_000 }).map(String),
  fc.uuid(),
  fc.constantFrom(
    'zen.spamhaus.org',
    's3150',
    '[TSS04]',
    'as(201806281)',
    'x.prod.outlook.com',
    '7.7',
    '5.7.26',
    '5.1.1',
    // As the mask writes names, and names that a capital makes two words.
    '#',
    '@',
    'size=#',
    'size=7',
    'Outlook.Com',
    'outlook.com',
    'mx#.outlook.com',
    'mx7.outlook.com',
  ),
  fc.string({ unit: 'binary', maxLength: 8 }),
)

test('a reply that was seen is judged as one that was not, whatever its names are', () => {
  const known = cached(classifier())
  const varied = fc
    .tuple(
      fc.constantFrom(...examples),
      fc.array(name, { minLength: 1, maxLength: 4 }),
      fc.nat(),
      fc.constantFrom(...STAGES),
      fc.constantFrom(...DIRECTIONS),
    )
    .map(([example, names, seed, stage, direction]): Reply => {
      // A name in the place of one of its words, or beside it.
      const words = example.reply_text.split(' ')
      names.forEach((text, i) => {
        words.splice((seed + i * 7) % (words.length + 1), (seed + i) % 2, text)
      })
      return { ...example, reply_text: words.join(' '), ...(seed % 3 === 0 ? { stage, direction } : {}) }
    })
  fc.assert(
    fc.property(varied, (reply) => same(known, reply)),
    { numRuns: 3000 },
  )
})

test('the examples of all rules, each twice and with other names', () => {
  const known = cached(classifier())
  for (const reply of [...examples, ...examples]) same(known, reply)
  for (const digit of ['1', '7'])
    for (const reply of examples)
      same(known, {
        ...reply,
        reply_text: reply.reply_text.replace(/\b\d{3,9}\b(?![ -.])/g, (n) => n.replace(/\d/g, digit)),
      })
})

test('the replies that are labelled, all in one cache', () => {
  const known = cached(classifier())
  for (const reply of [...labelled, ...labelled]) same(known, reply)
})

test('what masks to the same text may have another fingerprint', () => {
  // A capital behind a dot ends a sentence; a mask writes `#` for a number.
  const pairs = [
    ['550 see Outlook.Com', '550 see outlook.com'],
    ['550 Outlook.Com, outlook.com', '550 outlook.com, Outlook.Com'],
    ['550 size=# too big', '550 size=7 too big'],
  ].flatMap(([a, b]) => [
    [a, b],
    [b, a],
  ]) as [string, string][]
  for (const [a, b] of pairs) {
    expect(fingerprint(a)).not.toBe(fingerprint(b))
    const known = cached(classifier())
    for (const reply_text of [a, b]) same(known, { reply_text })
  }
})

test('what no mask may hide is told apart', () => {
  const known = cached(classifier())
  const reply = '554 5.7.1 Client host [192.0.2.1] blocked using'
  const lists = ['zen.spamhaus.org', 'bl.spamcop.net', 'b.barracudacentral.org', 'rbl.example.net']
  expect(lists.map((list) => known({ reply_text: `${reply} ${list}` }).hints.listed_by)).toEqual([
    'Spamhaus ZEN',
    'SpamCop',
    'Barracuda',
    '',
  ])
  expect(known({ reply_text: '550 foo.example.org does not exist' }).classification).toEqual(
    classify({ reply_text: '550 foo.example.org does not exist' }),
  )
})
