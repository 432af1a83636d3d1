import type { Announcement } from './announcements.ts'
import type { DkimFacts } from './dkim.ts'
import type { DmarcFacts } from './dmarc/discover.ts'
import type { MxFacts } from './mx.ts'
import type { SourceFacts } from './source-address.ts'
import type { SpfValidity } from './spf/validity.ts'
import type { Problem, RecordState, SpfResult } from './words.ts'

/** One thing to do, or to know. */
export interface Advice {
  about: 'spf' | 'dkim' | 'dmarc' | 'mx' | 'mta_sts' | 'tls_rpt' | 'bimi' | 'source'
  severity: Problem['severity']
  text: string
}

/** Everything that DNS says of a domain's mail; states are the words of the `dns_*` columns. */
export interface CheckReport {
  domain: string
  /** When it was asked, ISO 8601. */
  checked_at: string
  spf: Omit<SpfValidity, 'state'> & {
    domain: string
    state: RecordState
    /** Our evaluation for the address; '' where none was given. */
    result: SpfResult | ''
    /** The term that decided. */
    mechanism: string
    /** Whether its domain stands for the visible From's (RFC 9989, 4.4); undefined where DNS did not tell. */
    aligned: boolean | undefined
  }
  dkim: DkimFacts
  dmarc: Omit<DmarcFacts, 'state'> & { state: RecordState }
  mx: Omit<MxFacts, 'state'> & { state: RecordState }
  mta_sts: Announcement
  tls_rpt: Announcement
  bimi: Announcement
  source: SourceFacts | undefined
  /** The well-known domain that this one was probably meant to be; '' where none is near or it takes mail. */
  meant_domain: string
  verdict: CheckVerdict
  advice: Advice[]
}

/**
 * `ok`: all that is published can be used. `broken`: something published is wrong, or the address does not pass.
 * `incomplete`: SPF, DKIM or DMARC is missing. `unknown`: DNS gave no answer.
 */
export type CheckVerdict = 'ok' | 'broken' | 'incomplete' | 'unknown'

const BROKEN: ReadonlySet<string> = new Set(['permerror', 'revoked', 'nxdomain', 'fail', 'softfail'])

/** The worst of the states, for the verdict. */
export function checkVerdict(states: readonly string[]): CheckVerdict {
  if (states.some((state) => BROKEN.has(state))) return 'broken'
  if (states.includes('temperror')) return 'unknown'
  return states.includes('missing') || states.includes('none') ? 'incomplete' : 'ok'
}
