import { LRUCache } from 'lru-cache'
import { type Address, writtenAddress } from '../address.ts'
import { type DomainSpec, domainSpec, macroString } from './macro.ts'

/** Result of a matching mechanism by its qualifier (RFC 7208, 4.6.2). */
export const QUALIFIERS = { '+': 'pass', '-': 'fail', '~': 'softfail', '?': 'neutral' } as const

interface Directive {
  result: (typeof QUALIFIERS)[keyof typeof QUALIFIERS]
  /** The term as published, for messages. */
  text: string
}

/** One mechanism (RFC 7208, 5). `domain` is undefined where the current domain is meant. */
export type Mechanism = Directive &
  (
    | { kind: 'all' }
    | { kind: 'include'; domain: DomainSpec }
    | { kind: 'exists'; domain: DomainSpec }
    | { kind: 'a' | 'mx'; domain: DomainSpec | undefined; prefix4: number; prefix6: number }
    | { kind: 'ptr'; domain: DomainSpec | undefined }
    | { kind: 'ip'; network: Address; prefix: number }
  )

/** A record that can be evaluated. Terms after `all` are checked and left out, `redirect` then too (5.1). */
export interface SpfRecord {
  mechanisms: readonly Mechanism[]
  redirect: DomainSpec | undefined
}

/** What is wrong with a record, in words: the term and why. */
export interface SpfSyntaxError {
  error: string
}

const VERSION = /^v=spf1(?: |$)/i

/** The records of a TXT set that are SPF (RFC 7208, 4.5). More than one is a permerror. */
export function spfRecords(texts: readonly string[]): string[] {
  return texts.filter((text) => VERSION.test(text))
}

function wrong(term: string, why: string): SpfSyntaxError {
  // The two slips that records are most often broken by.
  const comma = term.endsWith(',') ? '; terms are separated by spaces alone' : ''
  return { error: `${term.slice(0, 100)}: ${why}${comma}` }
}

/** A prefix length without leading zeros; -1 where it is none. Nothing is the whole address. */
function prefixLength(digits: string | undefined, most: number): number {
  if (digits === undefined) return most
  if (!/^(?:0|[1-9][0-9]{0,2})$/.test(digits)) return -1
  return Number(digits) <= most ? Number(digits) : -1
}

function ipMechanism(directive: Directive, name: string, argument: string): Mechanism | SpfSyntaxError {
  const slash = argument.indexOf('/')
  const text = slash === -1 ? argument.slice(1) : argument.slice(1, slash)
  const digits = slash === -1 ? undefined : argument.slice(slash + 1)
  const family = name === 'ip4' ? 4 : 6
  if (!argument.startsWith(':')) return wrong(directive.text, `${name} needs an address`)
  // A network of mapped addresses is IPv6 and holds no client: those are IPv4 (RFC 7208, 5).
  const network = writtenAddress(text)
  if (network?.version !== family) return wrong(directive.text, `no IPv${family} address`)
  const prefix = prefixLength(digits, family === 4 ? 32 : 128)
  if (prefix === -1) return wrong(directive.text, `no prefix length of IPv${family}`)
  return { ...directive, kind: 'ip', network, prefix }
}

const DUAL_CIDR = /(?:\/([0-9]{0,9}))?(?:\/\/([0-9]{0,9}))?$/

function hostMechanism(directive: Directive, kind: 'a' | 'mx', argument: string): Mechanism | SpfSyntaxError {
  const cidr = DUAL_CIDR.exec(argument)
  const spec = argument.slice(0, cidr?.index)
  const domain = spec === '' ? undefined : domainSpec(spec.slice(1))
  if (spec !== '' && (!spec.startsWith(':') || domain === undefined))
    return wrong(directive.text, 'no domain name')
  const prefix4 = prefixLength(cidr?.[1], 32)
  const prefix6 = prefixLength(cidr?.[2], 128)
  if (prefix4 === -1 || prefix6 === -1) return wrong(directive.text, 'no prefix length')
  return { ...directive, kind, domain, prefix4, prefix6 }
}

function mechanism(term: string): Mechanism | SpfSyntaxError {
  const qualifier = QUALIFIERS[term[0] as keyof typeof QUALIFIERS]
  const [, name = '', argument = ''] =
    /^([a-z][a-z0-9]{0,20})([:/].*)?$/is.exec(qualifier === undefined ? term : term.slice(1)) ?? []
  const directive = { result: qualifier ?? 'pass', text: term }
  const kind = name.toLowerCase()
  switch (kind) {
    case 'all':
      return argument === '' ? { ...directive, kind } : wrong(term, 'all takes no argument')
    case 'a':
    case 'mx':
      return hostMechanism(directive, kind, argument)
    case 'ip4':
    case 'ip6':
      return ipMechanism(directive, kind, argument)
    case 'ptr':
    case 'include':
    case 'exists': {
      const domain = argument.startsWith(':') ? domainSpec(argument.slice(1)) : undefined
      if (kind === 'ptr' && argument === '') return { ...directive, kind, domain }
      if (domain === undefined) return wrong(term, `${kind} needs a domain name`)
      return { ...directive, kind, domain }
    }
    default:
      return wrong(
        term,
        /^ipv[46]$/.test(kind) ? `no mechanism of SPF; ip${kind[3]} is meant` : 'no mechanism of SPF',
      )
  }
}

// RFC 7208, 4.6.1: a name, then `=` before any `:` or `/`.
const MODIFIER = /^([a-z][a-z0-9._-]{0,100})=(.*)$/is

function compile(text: string): SpfRecord | SpfSyntaxError {
  // RFC 7208, 3.1: US-ASCII only.
  const strange = /[^\x20-\x7e]/.exec(text)
  if (strange !== null) return { error: `byte ${strange.index + 1} is no US-ASCII character` }
  const mechanisms: Mechanism[] = []
  const modifiers = new Map<string, DomainSpec>()
  for (const term of text.slice('v=spf1'.length).split(' ')) {
    if (term === '') continue
    const modifier = MODIFIER.exec(term)
    if (modifier === null) {
      const found = mechanism(term)
      if ('error' in found) return found
      mechanisms.push(found)
      continue
    }
    const [, written = '', value = ''] = modifier
    const name = written.toLowerCase()
    if (name !== 'redirect' && name !== 'exp') {
      // Unknown modifiers are ignored, but for their syntax (6).
      if (macroString(value, 'slodiphvcrt') === undefined) return wrong(term, 'no macro string')
      continue
    }
    const domain = domainSpec(value)
    if (domain === undefined) return wrong(term, `${name} needs a domain name`)
    if (modifiers.has(name)) return wrong(term, `${name} stands twice`)
    modifiers.set(name, domain)
  }
  const all = mechanisms.findIndex(({ kind }) => kind === 'all')
  return all === -1
    ? { mechanisms, redirect: modifiers.get('redirect') }
    : { mechanisms: mechanisms.slice(0, all + 1), redirect: undefined }
}

const compiled = new LRUCache<string, SpfRecord | SpfSyntaxError>({
  max: 5000,
  maxSize: 16 << 20,
  sizeCalculation: (_, text) => text.length * 4 + 200,
})

/**
 * Reads a record (RFC 7208, 4.6.1): a syntax error anywhere spoils the whole of it (4.6). Compiled once per text.
 */
export function readSpf(text: string): SpfRecord | SpfSyntaxError {
  let record = compiled.get(text)
  if (record === undefined) {
    record = compile(text)
    compiled.set(text, record)
  }
  return record
}
