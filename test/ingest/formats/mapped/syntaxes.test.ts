import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { cefFields } from '../../../../ingest/formats/mapped/cef.ts'
import { keyValueFields, pipeFields } from '../../../../ingest/formats/mapped/key-value.ts'
import { type Fields, fieldName } from '../../../../ingest/formats/mapped/layout.ts'

// Each syntax read letter by letter, as its rules are written: what the readers, which leap, must find too.

type Pairs = Map<string, string>

function plainKeyValue(text: string): Pairs | undefined {
  const pairs: [string, string][] = []
  for (let at = 0; at < text.length && pairs.length < 500; ) {
    const name = /^[A-Za-z0-9_.-]+/.exec(text.slice(at))?.[0] ?? ''
    if (name === '' || text[at + name.length] !== '=') {
      at += Math.max(1, name.length)
      continue
    }
    at += name.length + 1
    const quote = text[at]
    let value = ''
    if (quote === '"' || quote === "'") {
      for (at++; at < text.length && text[at] !== quote; at++) {
        if (text[at] === '\\' && at + 1 < text.length) value += text[at++]
        value += text[at]
      }
      at++
      value = value.replace(/\\(["'\\])/g, '$1')
    } else for (; at < text.length && !' \t,;'.includes(text[at] ?? ''); at++) value += text[at]
    pairs.push([name, value])
  }
  return pairs.length < 2 ? undefined : new Map(pairs)
}

function plainPipes(text: string): Pairs | undefined {
  if (!text.includes('|')) return undefined
  const parts = text.split('|').filter((part) => part.indexOf('=') > 0)
  const pairs = parts.map((part): [string, string] => [
    part.slice(0, part.indexOf('=')),
    part.slice(part.indexOf('=') + 1),
  ])
  return pairs.length < 2 ? undefined : new Map(pairs)
}

const HEADER = [
  'cefVersion',
  'deviceVendor',
  'deviceProduct',
  'deviceVersion',
  'deviceEventClassId',
  'name',
  'severity',
]
const withoutEscapes = (text: string) =>
  text.replace(/\\\\?(=)|\\([\\|nr])/g, (_all, equals?: string, c?: string) =>
    equals !== undefined ? '=' : c === 'n' ? '\n' : c === 'r' ? '\r' : (c ?? ''),
  )

function plainCef(text: string): Pairs | undefined {
  const start = text.indexOf('CEF:')
  if (start === -1 || start > 300) return undefined
  const pairs: Pairs = new Map()
  let at = start + 4
  for (const name of HEADER) {
    let value = ''
    for (; at < text.length && text[at] !== '|'; at++) {
      if (text[at] === '\\' && at + 1 < text.length) value += text[at++]
      value += text[at]
    }
    if (at >= text.length && name !== 'severity') return undefined
    pairs.set(name, withoutEscapes(value.trim()))
    at++
  }
  const extension = text.slice(at)
  const names: { name: string; start: number; end: number }[] = []
  for (let equals = 0; equals < extension.length; equals++) {
    if (extension[equals] !== '=' || extension[equals - 1] === '\\') continue
    const from = names.at(-1)?.end ?? 0
    const name = /[A-Za-z0-9_.-]{1,100}$/.exec(extension.slice(from, equals))?.[0] ?? ''
    const begin = equals - name.length
    if (name !== '' && (begin === from || extension[begin - 1] === ' '))
      names.push({ name, start: begin, end: equals + 1 })
  }
  for (const [index, { name, end }] of names.entries())
    pairs.set(name, withoutEscapes(extension.slice(end, names[index + 1]?.start).trimEnd()))
  return pairs
}

// Long ones are compared four codes at once.
const LONG = [
  'deviceExternalId',
  'a_name_of_over_two_dozen_characters',
  'a_name_of_over_TWO_dozen_characters',
]
const NAMES = ['a', 'b', 'a.b', 'to', ...LONG, 'act', 'cs1', 'cs1Label', 'x-y', 'n_1']
const PIECES = [
  ...NAMES.map((name) => `${name}=`),
  ...NAMES,
  ...['=', '\\=', '\\\\=', '\\', '\\\\', '\\n', '|', '\\|', '"', "'", '\\"', ' ', '  ', ',', ';', '\t', '/'],
  ...['two words', 'é', '\u013d', '😀', '', '5', 'CEF:', 'b=c=d', '="', "='"],
]
const odd = fc.array(fc.constantFrom(...PIECES), { maxLength: 25 }).map((pieces) => pieces.join(''))
/** Names in an order that a log repeats, so that what is expected next is there, or nearly. */
const usual = fc
  .array(fc.tuple(fc.constantFrom(...NAMES.slice(0, 7)), fc.constantFrom('', ' ', ',', 'x'), odd), {
    maxLength: 8,
  })
  .map((fields) => fields.map(([name, before, value]) => `${before}${name}=${value}`).join(' '))

const fields = [...NAMES, ...HEADER].map(fieldName)
const found = (read: Fields | undefined) =>
  read === undefined ? undefined : Object.fromEntries(fields.map((name) => [name.text, read.get(name)]))
const meant = (pairs: Pairs | undefined) =>
  pairs === undefined ? undefined : Object.fromEntries(fields.map(({ text }) => [text, pairs.get(text)]))

describe.each([
  ['key_value', keyValueFields, plainKeyValue, ''],
  ['pipes', pipeFields, plainPipes, ''],
  ['cef', cefFields, plainCef, 'CEF:0|v|p|1|id|n|5|'],
  ['cef with odd headers', cefFields, plainCef, 'CEF:0|v\\|w| p \\\\|1'],
] as const)('%s', (_name, read, plain, head) => {
  test.each([
    ['odd texts', odd],
    ['usual texts', usual],
  ] as const)('%s hold the same fields as letter by letter', (_kind, texts) => {
    fc.assert(
      fc.property(texts, (text) => {
        expect(found(read(head + text))).toEqual(meant(plain(head + text)))
      }),
      { numRuns: 2000 },
    )
  })
})

test.each([
  ['a name within a value', 'to=x/a=b c=d e=f', { to: 'x/a=b' }],
  ['an equals sign in a value', 'to=a=b,act=2', { to: 'a=b', act: '2' }],
  ['quotes with escapes', String.raw`to="a \"b\" c",act='x y'`, { to: 'a "b" c', act: 'x y' }],
  ['a quote that is never closed', 'a=1 to="b act=2', { a: '1', to: 'b act=2' }],
  ['a name twice', 'a=1 to=2 a=3', { a: '3', to: '2' }],
])('key_value: %s', (_what, text, expected) => expect(found(keyValueFields(text))).toMatchObject(expected))

test('a text longer than most holds its fields too, and the next one its own', () => {
  const long = 'x'.repeat(70_000)
  for (const _again of [1, 2]) {
    expect(found(keyValueFields(`a=1 b="${long}" to=2`))).toMatchObject({ a: '1', b: long, to: '2' })
    expect(found(cefFields(`CEF:0|v|p|1|id|n|5|a=1 b=${long} to=2`))).toMatchObject({ b: long, to: '2' })
    expect(found(keyValueFields('a=1 b='))).toMatchObject({ a: '1', b: '' })
  }
})

test('a text without an end is read in linear time', () => {
  const size = 200_000
  for (const piece of ['a=', 'a="', '=', '\\"', 'a=b ', '|', 'a|', 'a=|']) {
    const text = `CEF:0|v|p|1|id|n|5|${piece.repeat(size)}`
    for (const read of [keyValueFields, pipeFields, cefFields]) expect(() => found(read(text))).not.toThrow()
  }
})
