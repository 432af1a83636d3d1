import { z } from 'zod'
import data from './well-known-domains.json' with { type: 'json' }

const WELL_KNOWN: ReadonlySet<string> = new Set(z.array(z.string()).parse(data.domains))

/** Whether one letter too many, too few, another, or two exchanged make the one name of the other. */
export function isOneSlip(typed: string, meant: string): boolean {
  const difference = typed.length - meant.length
  if (difference < -1 || difference > 1 || typed === meant) return false
  let start = 0
  while (start < typed.length && typed[start] === meant[start]) start++
  if (difference === 1) return typed.slice(start + 1) === meant.slice(start)
  if (difference === -1) return typed.slice(start) === meant.slice(start + 1)
  if (typed.slice(start + 1) === meant.slice(start + 1)) return true
  return (
    typed[start] === meant[start + 1] &&
    typed[start + 1] === meant[start] &&
    typed.slice(start + 2) === meant.slice(start + 2)
  )
}

// Short names are one slip away from too many others.
const MIN_LENGTH = 6

/**
 * The domain that a mistyped one was probably meant to be: a well-known one, else one that mail is often delivered to
 * (the most often first). '' where none is one slip away. To be asked only for domains that take no mail.
 */
export function typingSlipOf(domain: string, delivered: readonly string[] = []): string {
  if (domain.length < MIN_LENGTH || WELL_KNOWN.has(domain) || delivered.includes(domain)) return ''
  const fits = [...WELL_KNOWN, ...delivered].filter(
    (known) => known.length >= MIN_LENGTH && isOneSlip(domain, known),
  )
  // Where two are as near (gmai.com: gmail.com, mail.com), the first letter is the one that is rarely missed.
  return fits.find((known) => known[0] === domain[0]) ?? fits[0] ?? ''
}
