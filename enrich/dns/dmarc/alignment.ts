import type { Lookup } from '../answer.ts'
import { organisationalDomain } from './tree-walk.ts'

/**
 * Whether an authenticated domain stands for the visible From's (RFC 9989, 4.4): the same in strict mode, of the same
 * organisation in relaxed mode. Undefined where DNS did not tell the organisation.
 */
export async function isAligned(
  lookup: Lookup,
  authenticated: string,
  from: string,
  mode: 'relaxed' | 'strict',
): Promise<boolean | undefined> {
  if (authenticated === from) return from !== ''
  if (mode === 'strict' || authenticated === '' || from === '') return false
  const [one, other] = await Promise.all([
    organisationalDomain(lookup, authenticated),
    organisationalDomain(lookup, from),
  ])
  return one === undefined || other === undefined ? undefined : one === other
}
