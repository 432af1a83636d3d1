import type { Direction } from './event.ts'

/** Whose problem a wave of refusals is. */
export const VERDICTS = [
  'recipient_domain',
  'provider_wide',
  'sender_wide',
  'platform_wide',
  'mailbox_noise',
  'insufficient_data',
] as const
export type Verdict = (typeof VERDICTS)[number]

/** What a verdict is about. */
export const SUBJECT_KINDS = ['sender_domain', 'source_ip', 'recipient_domain', 'provider', 'all'] as const
export type SubjectKind = (typeof SUBJECT_KINDS)[number]

/**
 * What the words of the replies say, over all of them. `undetermined`: a bare "denied" names no cause; empty where there
 * are no refusals.
 */
export const SUB_CAUSES = [
  'authentication',
  'reputation',
  'content',
  'dns',
  'routing',
  'directory',
  'policy',
  'tls',
  'throttling',
  'network',
  'relay',
  'mailbox',
  'undetermined',
  '',
] as const
export type SubCause = (typeof SUB_CAUSES)[number]

/** A name and how many refused messages carry it. */
export interface Counted {
  name: string
  messages: number
}

/** One reply, the same words counted together. */
export interface CountedReply {
  reply_fingerprint: string
  messages: number
  reason: string
  rule: string
  /** One reply as logged: hostile text. */
  sample: string
  remote_host: string
}

/** How much of the window is there. */
export interface Completeness {
  records: number
  dead: number
  ignored: number
  /** From the newest stored minute to the end of the window, in seconds; -1: nothing in the week before. */
  lag_s: number
}

/** One change of a published record. */
export interface DnsChange {
  domain: string
  /** mx, spf, dkim or dmarc. */
  type: string
  /** When it was seen, and when what was before was last seen: the change lies between. ISO 8601, UTC. */
  changed_at: string
  last_seen_before: string
  /** Words of the `dns_*` columns. */
  state_before: string
  state: string
  /** Records, one a line: text of others. */
  answer_before: string
  answer: string
  /** Refusals by a host of the MX set before. */
  previous_mx: number
}

/** A recipient domain that takes no mail and is one typing slip from one that does. */
export interface Mistyped {
  domain: string
  /** What it was probably meant to be. */
  meant: string
  /** Addresses that were written to. */
  recipients: number
}

/** The numbers that a verdict stands on. Messages are counted by recipient, retries once. */
export interface Evidence {
  /** Seconds before the window's end that the numbers are of: less than the window where a wave has just begun. */
  span_s: number
  messages: number
  accepted: number
  refused: number
  mailbox: number
  delayed: number
  /** Share of the messages that were refused, and its 95 % interval (Wilson). */
  refused_share: number
  refused_share_low: number
  refused_share_high: number
  /** What was usual for this subject, and over how many messages that is known; 0: only the fleet's or the prior. */
  usual_share: number
  usual_messages: number
  domains: number
  domains_refused: number
  providers: number
  providers_refused: number
  senders: number
  senders_refused: number
  /** exp of the Shannon entropy of the refusals over domains. */
  effective_domains: number
  top_domain_share: number
  /** The counter-evidence: messages outside of the subject, and how many of these were refused. */
  same_senders_elsewhere: [messages: number, refused: number]
  same_domains_other_senders: [messages: number, refused: number]
  same_provider_other_domains: [messages: number, refused: number]
  all_others: [messages: number, refused: number]
  /** Share of the refusals whose words say the sub-cause. */
  sub_cause_share: number
  reasons: Counted[]
  top_domains: Counted[]
  top_providers: Counted[]
  top_senders: Counted[]
  top_ips: Counted[]
  top_replies: CountedReply[]
  first_refused: string
  last_refused: string
  last_accepted: string
  /** Accepted by or from the subject in the day before the window, and when last (to the minute; '' never). */
  accepted_before: number
  last_accepted_before: string
  /** Of some refused recipients, how many took mail in the week before: a stale contact never did, a migrated one did. */
  known_recipients: [asked: number, known: number]
  completeness: Completeness
  /** What changed in DNS from an hour before the wave on; not there where nothing did. */
  dns_changes?: DnsChange[]
  /** Of a sender or a recipient domain; not there where none is mistyped. */
  mistyped?: Mistyped[]
  /** What lowers the confidence or is missing, in words. */
  notes: string[]
}

/** One wave, judged. */
export interface VerdictItem {
  direction: Direction
  subject_kind: SubjectKind
  subject: string
  verdict: Verdict
  /** Per cent. */
  confidence: number
  sub_cause: SubCause
  /** ISO 8601, UTC. */
  window_start: string
  window_end: string
  evidence: Evidence
  next_step: string
}
