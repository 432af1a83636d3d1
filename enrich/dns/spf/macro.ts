import { type Address, labelsOf } from '../address.ts'

/** One piece of a macro string (RFC 7208, 7.1): text, or a letter with its transformers. */
export type Piece =
  | string
  | { letter: string; escape: boolean; keep: number; reverse: boolean; delimiters: string }

/** A domain-spec; `fixed` is its text in lower case where no macro is in it. */
export interface DomainSpec {
  text: string
  pieces: readonly Piece[]
  fixed: string | undefined
}

/** What macros stand for (RFC 7208, 7.2). `validated` asks for the sender's validated name, macro `p`. */
export interface MacroValues {
  sender: string
  /** <domain>: changes with include and redirect. */
  domain: string
  address: Address
  helo: string
  validated(): Promise<string>
}

const LITERALS: Readonly<Record<string, string>> = { '%%': '%', '%_': ' ', '%-': '%20' }
const TRANSFORMERS = /^([slodiphvcrt])([0-9]{0,3})(r?)([.\-+,/_=]{0,16})$/i
const TOP_LABEL = /^(?=[a-z0-9-]*[a-z-])[a-z0-9](?:[a-z0-9-]{0,250}[a-z0-9])?$/i

/**
 * Reads a macro string; undefined where its syntax is wrong. `c`, `r` and `t` belong to explanations alone
 * (RFC 7208, 7.2), so elsewhere they are wrong.
 */
export function macroString(text: string, letters = 'slodiphv'): Piece[] | undefined {
  const pieces: Piece[] = []
  let at = 0
  while (at < text.length) {
    const percent = text.indexOf('%', at)
    const end = percent === -1 ? text.length : percent
    const literal = text.slice(at, end)
    // Visible characters only (macro-literal).
    for (let i = 0; i < literal.length; i++) {
      const code = literal.charCodeAt(i)
      if (code < 0x21 || code > 0x7e) return undefined
    }
    if (literal !== '') pieces.push(literal)
    if (percent === -1) break
    const escaped = LITERALS[text.slice(end, end + 2)]
    if (escaped !== undefined) {
      pieces.push(escaped)
      at = end + 2
      continue
    }
    const close = text.indexOf('}', end)
    if (text[end + 1] !== '{' || close === -1) return undefined
    const [, letter = '', digits = '', reverse = '', delimiters = ''] =
      TRANSFORMERS.exec(text.slice(end + 2, close)) ?? []
    if (letter === '' || !letters.includes(letter.toLowerCase()) || (digits !== '' && Number(digits) === 0))
      return undefined
    pieces.push({
      letter: letter.toLowerCase(),
      escape: letter !== letter.toLowerCase(),
      keep: digits === '' ? 0 : Number(digits),
      reverse: reverse !== '',
      delimiters: delimiters || '.',
    })
    at = close + 1
  }
  return pieces
}

/** Reads a domain-spec, which ends in a macro or in a dot and a top label (RFC 7208, 7.1). */
export function domainSpec(text: string): DomainSpec | undefined {
  const pieces = macroString(text)
  if (pieces === undefined || pieces.length === 0) return undefined
  if (!/%(?:\{[^%}]{1,40}\}|[%_-])$/.test(text)) {
    const name = text.endsWith('.') ? text.slice(0, -1) : text
    const dot = name.lastIndexOf('.')
    if (dot === -1 || !TOP_LABEL.test(name.slice(dot + 1))) return undefined
  }
  const fixed = pieces.every((piece) => typeof piece === 'string') ? pieces.join('').toLowerCase() : undefined
  return { text, pieces, fixed: fixed?.endsWith('.') ? fixed.slice(0, -1) : fixed }
}

function transformed(piece: Exclude<Piece, string>, value: string): string {
  let labels = ['']
  for (const character of value) {
    if (piece.delimiters.includes(character)) labels.push('')
    else labels[labels.length - 1] += character
  }
  if (piece.reverse) labels.reverse()
  if (piece.keep > 0) labels = labels.slice(-piece.keep)
  const joined = labels.join('.')
  if (!piece.escape) return joined
  // Everything that is not unreserved (RFC 3986, 2.3); encodeURIComponent leaves five more as they are.
  return encodeURIComponent(joined.toWellFormed()).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  )
}

async function macroValue(letter: string, values: MacroValues): Promise<string> {
  const at = values.sender.lastIndexOf('@')
  if (letter === 's') return values.sender
  if (letter === 'l') return values.sender.slice(0, at)
  if (letter === 'o') return values.sender.slice(at + 1)
  if (letter === 'd') return values.domain
  if (letter === 'h') return values.helo
  if (letter === 'v') return values.address.version === 4 ? 'in-addr' : 'ip6'
  if (letter === 'i') return labelsOf(values.address).join('.')
  return values.validated()
}

/**
 * The name that a domain-spec stands for, in lower case without its last dot. A name over 253 characters loses labels
 * from the left until it fits (RFC 7208, 7.3).
 */
export async function expand(spec: DomainSpec, values: MacroValues): Promise<string> {
  if (spec.fixed !== undefined) return spec.fixed
  let name = ''
  for (const piece of spec.pieces)
    name += typeof piece === 'string' ? piece : transformed(piece, await macroValue(piece.letter, values))
  if (name.endsWith('.')) name = name.slice(0, -1)
  while (name.length > 253) {
    const dot = name.indexOf('.')
    if (dot === -1) return ''
    name = name.slice(dot + 1)
  }
  return name.toLowerCase()
}
