import type { Headers } from './headers.ts'

/** Result words of RFC 8601, 2.7.1 to 2.7.3. */
export const AUTHENTICATION_WORDS = [
  'none',
  'pass',
  'fail',
  'softfail',
  'neutral',
  'policy',
  'temperror',
  'permerror',
] as const
export type AuthenticationWord = (typeof AUTHENTICATION_WORDS)[number]

/** One method's result in an Authentication-Results field. */
export interface MethodResult {
  /** Lower case: spf, dkim, dmarc, arc, iprev, ... */
  method: string
  result: AuthenticationWord
  reason: string
  /** What was checked, as `smtp.mailfrom`, `header.d`, `header.from`; keys in lower case. */
  properties: Readonly<Record<string, string>>
}

/** One Authentication-Results field (RFC 8601, 2.2). */
export interface AuthenticationResults {
  /** Who says so, lower case; '' where the field names nobody, as Exchange Online writes it. */
  authserv_id: string
  results: MethodResult[]
}

// Words that servers wrote before RFC 8601 or beside it, and what they mean in it.
const OTHER_WORDS: Readonly<Record<string, AuthenticationWord>> = {
  hardfail: 'fail',
  error: 'temperror',
  // Exchange Online: no record, and it would have passed.
  bestguesspass: 'none',
}

const MAX_VALUE = 16 * 1024
const MAX_RESULTS = 50
const MAX_FIELDS = 20

/** Cuts at semicolons outside of quotes and comments; comments (RFC 5322, 3.2.2) are left out, quotes stay. */
function pieces(value: string): string[] {
  const found: string[] = []
  let piece = ''
  let depth = 0
  let quoted = false
  for (let i = 0; i < value.length && found.length < MAX_RESULTS; i++) {
    const c = value[i] ?? ''
    if (c === '\\' && (quoted || depth > 0)) {
      if (depth === 0) piece += value.slice(i, i + 2)
      i++
    } else if (c === '"' && depth === 0) {
      quoted = !quoted
      piece += c
    } else if (!quoted && c === '(') depth++
    else if (!quoted && c === ')' && depth > 0) depth--
    else if (depth > 0) continue
    else if (!quoted && c === ';') {
      found.push(piece.trim())
      piece = ''
    } else piece += c
  }
  found.push(piece.trim())
  return found
}

/** The words of a piece, `name = value` as one: white space may stand around `=`, `.` and `/` (RFC 8601, 2.2). */
function words(piece: string): string[] {
  const found: string[] = []
  let quoted = false
  let start = 0
  const take = (end: number) => {
    const word = piece.slice(start, end)
    const last = found.at(-1)
    if (word === '') return
    const goesOn =
      last !== undefined &&
      (word.startsWith('=') ||
        last.endsWith('=') ||
        (!last.includes('=') && ('./'.includes(word[0] ?? ' ') || './'.includes(last.at(-1) ?? ' '))))
    if (goesOn) found[found.length - 1] += word
    else found.push(word)
  }
  for (let i = 0; i < piece.length; i++) {
    if (piece[i] === '\\' && quoted) i++
    else if (piece[i] === '"') quoted = !quoted
    else if (!quoted && ' \t'.includes(piece[i] ?? '')) {
      take(i)
      start = i + 1
    }
  }
  take(piece.length)
  return found
}

const unquoted = (value: string) =>
  value.startsWith('"') ? value.replace(/^"|"$/g, '').replace(/\\(.)/gs, '$1') : value

function methodResult(piece: string): MethodResult | undefined {
  const [first = '', ...rest] = words(piece).map((word) => {
    const equals = word.indexOf('=')
    return [word.slice(0, Math.max(equals, 0)).toLowerCase(), unquoted(word.slice(equals + 1))] as const
  })
  const word = first[1]?.toLowerCase() ?? ''
  const result = AUTHENTICATION_WORDS.find((known) => known === word) ?? OTHER_WORDS[word]
  const method = first[0]?.split('/', 1)[0] ?? ''
  if (result === undefined || !/^[a-z][a-z0-9-]{0,30}$/.test(method)) return undefined
  const properties: Record<string, string> = {}
  let reason = ''
  for (const [name, value] of rest) {
    if (name === 'reason') reason ||= value
    else if (/^[a-z][a-z0-9-]{0,30}\.[a-z][a-z0-9_-]{0,30}$/.test(name)) properties[name] ??= value
  }
  return { method, result, reason, properties }
}

/** Reads the value of one field. What is no result of a known word is left out; never throws. */
export function readAuthenticationResults(value: string): AuthenticationResults {
  const [first = '', ...rest] = pieces(value.slice(0, MAX_VALUE).replaceAll('\n', ' '))
  // Exchange Online begins with a result.
  const named = !first.includes('=')
  const id = named ? (first.split(/\s/, 1)[0] ?? '').replace(/^"|"$/g, '').toLowerCase() : ''
  const results = (named ? rest : [first, ...rest]).map(methodResult).filter((result) => result !== undefined)
  return { authserv_id: id, results }
}

/** The fields of a header, the topmost first: each server adds its own above the others (RFC 8601, 5). */
export function authenticationResults(headers: Headers): AuthenticationResults[] {
  return (headers.get('authentication-results') ?? []).slice(0, MAX_FIELDS).map(readAuthenticationResults)
}

/** A method's result, '' where the field has none: of several signatures one that passes is enough (RFC 6376, 4.2). */
export function resultOf(field: AuthenticationResults | undefined, method: string): AuthenticationWord | '' {
  const results = field?.results.filter((one) => one.method === method) ?? []
  return results.some(({ result }) => result === 'pass') ? 'pass' : (results[0]?.result ?? '')
}
