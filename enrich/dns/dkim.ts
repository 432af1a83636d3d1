import { z } from 'zod'
import type { Lookup } from './answer.ts'
import { type DkimKey, dkimKey } from './dkim-key.ts'
import data from './selectors.json' with { type: 'json' }
import { failed, type Problem, type RecordState } from './words.ts'

const SelectorRow = z.strictObject({
  service: z.string(),
  /** What the service's customers include in SPF. */
  spf: z.string().optional(),
  selectors: z.array(z.string().regex(/^[a-z0-9-]{1,63}$/)).min(1),
})

const ROWS = z.array(SelectorRow).parse(data.rows)

/** The keys of a domain as far as its selectors are known. */
export interface DkimFacts {
  /** The best of the keys: one that is valid is enough. `unknown` where no selector is known and none was guessed. */
  state: RecordState
  selectors: DkimKey[]
  problems: Problem[]
}

/**
 * Selectors worth a try where no mail told one: those of the services that the domain's SPF tree includes and those
 * that MTAs propose; with `all` every one of the list.
 */
export function usualSelectors(spfDomains: readonly string[], all = false): string[] {
  const included = new Set(spfDomains)
  const rows = ROWS.filter(({ spf }) => all || spf === undefined || included.has(spf))
  return [...new Set(rows.flatMap(({ selectors }) => selectors))]
}

// From the best to the worst: what a receiver makes of a mail depends on one key that works.
const BEST_FIRST = ['valid', 'temperror', 'permerror', 'revoked', 'missing'] as const

const isKey = ({ record }: DkimKey) => /(?:^|;)\s{0,9}p\s{0,9}=/.test(record)

/** The published keys of a domain: of the selectors that are known, and of the usual ones where any key can be there. */
export async function dkimFacts(
  lookup: Lookup,
  domain: string,
  known: readonly string[],
  usual: () => Promise<readonly string[]>,
): Promise<DkimFacts> {
  const asked = Promise.all(known.map((selector) => dkimKey(lookup, selector, domain)))
  const root = await lookup(`_domainkey.${domain}`, 'TXT')
  // RFC 8020: below a name that does not exist there is nothing.
  const guesses = root.status === 'nxdomain' || failed(root) ? [] : await usual()
  const unknown = guesses.filter((selector) => !known.includes(selector))
  const [told, guessed] = await Promise.all([
    asked,
    Promise.all(unknown.map((selector) => dkimKey(lookup, selector, domain))),
  ])
  // A guess proves nothing by its absence; a wildcard's text is no key.
  const selectors = [...told, ...guessed.filter(isKey)]
  const state = BEST_FIRST.find((word) => selectors.some((key) => key.state === word))
  const nothing = root.status === 'nxdomain' ? 'missing' : failed(root) ? 'temperror' : 'unknown'
  return {
    state: state ?? nothing,
    selectors,
    problems: selectors.flatMap(({ problems }) => problems),
  }
}
