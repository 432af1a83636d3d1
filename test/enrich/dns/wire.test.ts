import { encode } from 'dns-packet'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { RECORD_TYPES } from '../../../enrich/dns/answer.ts'
import { encodeQuery, findIn, isAskable, readMessage } from '../../../enrich/dns/wire.ts'

const label = fc.stringMatching(/^[a-z0-9_-]{1,12}$/)
const name = fc.array(label, { minLength: 1, maxLength: 5 }).map((labels) => labels.join('.'))
const type = fc.constantFrom(...RECORD_TYPES)
const query = fc
  .record({ name, type, id: fc.nat(0xffff), edns: fc.boolean() })
  .map(({ name, type, id, edns }) => encodeQuery(name, type, id, edns))
const header = (id: number, flags: number, counts: number[]) => {
  const bytes = Buffer.alloc(12)
  for (const [i, word] of [id, flags, ...counts].entries()) bytes.writeUInt16BE(word & 0xffff, i * 2)
  return bytes
}
// dns-packet has no answer that points at itself: such bytes are made by hand.
const hostile = fc
  .array(
    fc.oneof(
      fc.uint8Array({ maxLength: 40 }),
      fc.constantFrom([0xc0, 0x0c], [0xc0, 0x10], [0xff, 0xff], [0]),
    ),
  )
  .map((parts) => Buffer.concat(parts.map((part) => Buffer.from(part))))

test('no answer makes it throw, and none that answers something else is believed', () => {
  fc.assert(
    fc.property(
      query,
      fc.nat(0xffff),
      fc.array(fc.nat(0xffff), { minLength: 4, maxLength: 4 }),
      fc.boolean(),
      fc.boolean(),
      hostile,
      (asked, flags, counts, sameId, sameQuestion, rest) => {
        const id = sameId ? asked.id : (asked.id + 1) & 0xffff
        const question = sameQuestion ? asked.question : Buffer.alloc(asked.question.length, 1)
        const bytes = Buffer.concat([
          header(id, flags, [sameQuestion ? 1 : (counts[0] ?? 0), ...counts.slice(1)]),
          question,
          rest,
        ])
        const message = readMessage(bytes, asked)
        const isError = (flags & 0xf) === 1 || (flags & 0xf) === 4
        if (!sameId || (!sameQuestion && !isError)) expect(message).toBeUndefined()
        if (message === undefined) return
        const finding = findIn(message, asked.name, asked.type)
        expect(finding.records.every((record) => typeof record === 'string')).toBe(true)
        expect(finding.ttl_s === -1 || finding.ttl_s >= 0).toBe(true)
      },
    ),
    { numRuns: 3000 },
  )
})

test('a true answer with any one byte changed is ignored, malformed or read, and never throws', () => {
  const asked = encodeQuery('a.test', 'MX', 4711)
  const answer = encode({
    type: 'response',
    id: 4711,
    flags: 0x8580,
    questions: [{ name: 'a.test', type: 'MX' }],
    answers: [
      { type: 'CNAME', name: 'a.test', ttl: 5, data: 'b.test' },
      { type: 'MX', name: 'b.test', ttl: 9, data: { preference: 10, exchange: 'mx.test' } },
    ],
  })
  expect(findIn(readMessage(answer, asked) ?? fail(), 'a.test', 'MX')).toMatchObject({
    status: 'found',
    records: ['10 mx.test'],
    canonical: 'b.test',
    ttl_s: 5,
  })
  for (let at = 0; at < answer.length; at++)
    for (const value of [0, 1, 0x3f, 0x40, 0xc0, 0xff]) {
      const bytes = Buffer.from(answer)
      bytes[at] = value
      const message = readMessage(bytes, asked)
      if (message !== undefined) findIn(message, 'a.test', 'MX')
      if (at < 2 && value !== answer[at]) expect(message).toBeUndefined()
    }
  for (let length = 0; length < answer.length; length++) {
    const message = readMessage(answer.subarray(0, length), asked)
    expect(message === undefined || message.malformed).toBe(true)
  }
})

function fail(): never {
  throw new Error('not read')
}

const chain = (links: [string, string][]) => ({
  rcode: 0,
  truncated: false,
  knows: true,
  malformed: false,
  answers: links.map(([name, data]) => ({ type: 'CNAME', name, ttl: 60, class: 'IN', data }) as const),
  authorities: [],
})

test('CNAME loops and endless chains are failures; a chain that leads out goes on', () => {
  expect(findIn(chain([['a.test', 'a.test']]), 'a.test', 'A').status).toBe('servfail')
  expect(
    findIn(
      chain([
        ['a.test', 'b.test'],
        ['b.test', 'a.test'],
      ]),
      'a.test',
      'A',
    ).status,
  ).toBe('servfail')
  const long = Array.from({ length: 12 }, (_, i): [string, string] => [`c${i}.test`, `c${i + 1}.test`])
  expect(findIn(chain(long), 'c0.test', 'A').status).toBe('servfail')
  expect(findIn(chain([['a.test', 'out.example']]), 'a.test', 'A')).toMatchObject({
    continues: true,
    canonical: 'out.example',
  })
})

test('records of other names, and an SOA from elsewhere, say nothing', () => {
  const message = {
    ...chain([]),
    answers: [{ type: 'A', name: 'evil.test', ttl: 60, class: 'IN', data: '192.0.2.1' } as const],
    authorities: [
      {
        type: 'SOA',
        name: 'example',
        ttl: 9,
        class: 'IN',
        data: { mname: 'a', rname: 'b', minimum: 9 },
      } as const,
    ],
  }
  expect(findIn(message, 'a.test', 'A')).toMatchObject({ status: 'nodata', records: [], ttl_s: -1 })
})

test('400 MX, and a TXT of 64 KiB, are read in no time', () => {
  const asked = encodeQuery('a.test', 'MX', 1)
  const many = encode({
    type: 'response',
    id: 1,
    flags: 0x8580,
    questions: [{ name: 'a.test', type: 'MX' }],
    answers: Array.from({ length: 400 }, (_, i) => ({
      type: 'MX' as const,
      name: 'a.test',
      ttl: 60,
      data: { preference: i, exchange: `mx${i}.test` },
    })),
  })
  expect(findIn(readMessage(many, asked) ?? fail(), 'a.test', 'MX').records).toHaveLength(400)
  const text = encodeQuery('a.test', 'TXT', 1)
  const large = encode({
    type: 'response',
    id: 1,
    flags: 0x8580,
    questions: [{ name: 'a.test', type: 'TXT' }],
    answers: [{ type: 'TXT', name: 'a.test', ttl: 60, data: Array(254).fill('x'.repeat(255)) }],
  })
  expect(findIn(readMessage(large, text) ?? fail(), 'a.test', 'TXT').records[0]).toHaveLength(254 * 255)
})

test('thousands of records that each lead through thousands of pointers are not followed', () => {
  const asked = encodeQuery('a.test', 'TXT', 1)
  const from = 12 + asked.question.length + 11
  const pointers = Buffer.concat(
    Array.from({ length: 7000 }, (_, i) =>
      Buffer.from([
        0xc0 | ((i === 0 ? 12 : from + i * 2 - 2) >> 8),
        (i === 0 ? 12 : from + i * 2 - 2) & 0xff,
      ]),
    ),
  )
  const first = Buffer.from([0, 0, 10, 0, 1, 0, 0, 0, 0, pointers.length >> 8, pointers.length & 0xff])
  const last = from + pointers.length - 2
  const record = Buffer.from([0xc0 | (last >> 8), last & 0xff, 0, 10, 0, 1, 0, 0, 0, 0, 0, 0])
  const answerOf = (count: number) =>
    Buffer.concat([
      header(1, 0x8580, [1, count + 1, 0, 0]),
      asked.question,
      first,
      pointers,
      ...Array<Buffer>(count).fill(record),
    ])
  expect(readMessage(answerOf(10), asked)).toMatchObject({ malformed: false })
  expect(readMessage(answerOf(4000), asked)).toMatchObject({ malformed: true, answers: [] })
})

test('names that can stand in a question', () => {
  for (const good of ['', 'a', 'a b', '_dmarc.good.test', `${'a.'.repeat(126)}a`, `${'a'.repeat(63)}.test`])
    expect(isAskable(good), good).toBe(true)
  for (const bad of ['.', 'a.', '.a', 'a..b', 'b\u00fccher', 'a\0b', 'a'.repeat(64), `${'a.'.repeat(127)}a`])
    expect(isAskable(bad), bad).toBe(false)
})
