import { typingSlipOf } from '../../schemas/typing-slip.ts'
import { addressOf } from './address.ts'
import type { Answer, Lookup, RecordType } from './answer.ts'
import { type DkimFacts, dkimFacts, usualSelectors } from './dkim.ts'
import { type DmarcFacts, dmarcFacts } from './dmarc/discover.ts'
import type { DmarcPolicy } from './dmarc/record.ts'
import { type MxFacts, mxFacts } from './mx.ts'
import { mxMatch, type PreviousMx } from './mx-match.ts'
import { evaluateSpf, type SpfEvaluation } from './spf/evaluate.ts'
import { type SpfValidity, spfValidity } from './spf/validity.ts'
import type { MxMatch, RecordState, SpfResult } from './words.ts'

/** How old facts are, from the answers that they rest on. */
export interface Freshness {
  /** Of the oldest answer, milliseconds since 1970. */
  fetched_at: number
  /** When the first answer runs out, milliseconds since 1970. */
  expires_at: number
  /** Whether an answer was kept beyond its TTL (RFC 8767). */
  stale: boolean
}

/** An answer that facts rest on, for their history. */
export interface UsedAnswer {
  name: string
  type: RecordType
  answer: Answer
}

/** Whose DNS is looked at on the sending side. */
export interface Sender {
  /** Domain of MAIL FROM; '' is the null sender, whose SPF is that of `helo`. */
  sender_domain: string
  /** The sending address; '' where it is not known. */
  source_ip: string
  helo?: string
  /** MAIL FROM where it is known: macros may ask for it. */
  sender?: string
  /** Domain of the visible From, which DMARC and DKIM are about; the sender's where no log tells it. */
  header_from_domain?: string
  /** DKIM selectors that mail or configuration told. */
  selectors?: readonly string[]
  /** Tries every selector that any service is known to use. */
  all_selectors?: boolean
}

/** The columns of `delivery_events` for a sender, and what they rest on. */
export interface SenderFacts extends Freshness {
  dns_spf: RecordState
  dns_dkim: RecordState
  dns_dmarc: RecordState
  dmarc_policy: DmarcPolicy | ''
  /** '' where the address is not known. */
  spf_result: SpfResult | ''
  spf: SpfValidity | undefined
  evaluation: SpfEvaluation | undefined
  dkim: DkimFacts | undefined
  dmarc: DmarcFacts | undefined
  answers: UsedAnswer[]
}

/** Whose DNS is looked at on the receiving side. */
export interface Recipient {
  recipient_domain: string
  /** The server that answered; '' where none did. */
  remote_host: string
  remote_ip?: string
  /** False where it is enough to know that one of its hosts can be reached: fewer are asked for. */
  all_addresses?: boolean
  previous?: PreviousMx
  /** Domains that mail is often delivered to, the most often first. */
  delivered?: readonly string[]
}

/** The columns of `delivery_events` for a recipient domain, and what they rest on. */
export interface RecipientFacts extends Freshness {
  dns_mx: RecordState
  mx_match: MxMatch
  mx: MxFacts | undefined
  /** When the MX set changed, milliseconds since 1970, where the host that answered was of the set before. */
  mx_changed_at: number | undefined
  /** The well-known domain that one which takes no mail was probably meant to be; '' where none is near. */
  meant_domain: string
  answers: UsedAnswer[]
}

const MAX_ANSWERS = 200

/**
 * A look-up that keeps what it was answered, so that facts know their age and their sources. What is asked twice is
 * answered the same: SPF, DKIM and DMARC of one moment.
 */
function recording(lookup: Lookup): { lookup: Lookup; used: () => Freshness & { answers: UsedAnswer[] } } {
  const asked = new Map<string, Promise<Answer>>()
  const answers: UsedAnswer[] = []
  return {
    lookup: (name, type) => {
      const key = `${name} ${type}`
      const same = asked.get(key)
      if (same !== undefined) return same
      const kept = lookup(name, type).then((answer) => {
        if (answers.length < MAX_ANSWERS) answers.push({ name, type, answer })
        return answer
      })
      asked.set(key, kept)
      return kept
    },
    used: () => {
      let fetched_at = Date.now()
      let expires_at = Number.MAX_SAFE_INTEGER
      for (const { answer } of answers) {
        fetched_at = Math.min(fetched_at, answer.fetched_at)
        expires_at = Math.min(expires_at, answer.fetched_at + answer.ttl_s * 1000)
      }
      return { answers, fetched_at, expires_at, stale: answers.some(({ answer }) => answer.stale) }
    },
  }
}

/** Whether a domain has a place in public DNS: several labels, no address literal (RFC 5321, 4.1.3). */
export const isName = (domain: string) =>
  domain.includes('.') && !domain.startsWith('[') && addressOf(domain) === undefined

/**
 * Facts of a sender: SPF of the envelope's domain, DKIM and DMARC of the visible From's. A domain that is no name in
 * DNS is `unknown` and not asked for.
 */
export async function senderFacts(lookup: Lookup, sender: Sender): Promise<SenderFacts> {
  const { sender_domain, source_ip, helo = '', header_from_domain = '', selectors = [] } = sender
  const record = recording(lookup)
  const envelope = sender_domain || helo
  const visible = header_from_domain || sender_domain
  const address = addressOf(source_ip)
  const identity = { ip: source_ip, sender: sender.sender ?? sender_domain, helo }
  const judged = isName(envelope) ? spfValidity(record.lookup, envelope) : undefined
  const usual = async () => usualSelectors((await judged)?.domains ?? [], sender.all_selectors)
  // Side by side: where no server answers, each of them waits as long as the other.
  const [spf, evaluation, dkim, dmarc] = await Promise.all([
    judged,
    address !== undefined && isName(envelope) ? evaluateSpf(record.lookup, identity) : undefined,
    isName(visible) ? dkimFacts(record.lookup, visible, selectors, usual) : undefined,
    isName(visible) ? dmarcFacts(record.lookup, visible) : undefined,
  ])
  return {
    dns_spf: spf?.state ?? 'unknown',
    dns_dkim: dkim?.state ?? 'unknown',
    dns_dmarc: dmarc?.state ?? 'unknown',
    dmarc_policy: dmarc?.policy ?? '',
    spf_result: evaluation?.result ?? '',
    spf,
    evaluation,
    dkim,
    dmarc,
    ...record.used(),
  }
}

// A mistyped name that somebody keeps without a server that answers is no better than one that does not exist.
const TAKES_NO_MAIL: ReadonlySet<RecordState> = new Set([
  'nxdomain',
  'missing',
  'nullmx',
  'permerror',
  'temperror',
])

/** Facts of a recipient domain: its MX set, and whether the host that answered is in it. */
export async function recipientFacts(lookup: Lookup, recipient: Recipient): Promise<RecipientFacts> {
  const { recipient_domain, remote_host, remote_ip = '', all_addresses, previous, delivered } = recipient
  const record = recording(lookup)
  const mx = isName(recipient_domain)
    ? await mxFacts(record.lookup, recipient_domain, all_addresses)
    : undefined
  const mx_match = mx === undefined ? 'unknown' : mxMatch(mx, { remote_host, remote_ip }, previous)
  const state = mx?.state ?? 'unknown'
  return {
    dns_mx: state,
    mx_match,
    mx,
    mx_changed_at: mx_match === 'previous' ? previous?.changed_at : undefined,
    meant_domain: TAKES_NO_MAIL.has(state) ? typingSlipOf(recipient_domain, delivered) : '',
    ...record.used(),
  }
}
