import type { Direction, Outcome, Stage } from './event.ts'
import type { DnsChange, SubCause, SubjectKind, Verdict } from './verdict.ts'

/** One refused attempt, in the words of the log. Field names are the columns of `delivery_events`. */
export interface PacketCase {
  /** ISO 8601, UTC. */
  event_time: string
  /** Log format that told of it. */
  source_format: string
  outcome: Outcome
  sender: string
  sender_domain: string
  header_from_domain: string
  recipient: string
  recipient_domain: string
  original_recipient: string
  message_id: string
  queue_id: string
  log_host: string
  remote_host: string
  remote_ip: string
  source_ip: string
  stage: Stage
  reply_code: number
  enhanced_code: string
  reply_text: string
  reason: string
  provider: string
  listed_by: string
  auth_spf: string
  auth_dkim: string
  auth_dmarc: string
  dns_spf: string
  dns_dkim: string
  dns_dmarc: string
  dns_mx: string
  spf_result: string
  dmarc_policy: string
  mx_match: string
  dns_age_s: number
}

/** What another log tells of the same message for the same recipient. */
export interface PacketSighting {
  /** ISO 8601, UTC. */
  event_time: string
  source_format: string
  log_host: string
  queue_id: string
  outcome: Outcome
  reason: string
  /** Of the reason, per cent. */
  confidence: number
  reply_text: string
}

/** What is known of a sender's authentication at one time; `unknown` where it is not. */
export interface AuthenticationFacts {
  /** State of the published records: the words of the `dns_*` columns. */
  spf: string
  dkim: string
  dmarc: string
  /** Our own evaluation of the source address (RFC 7208, 2.6). */
  spf_result: string
  /** RFC 7489, 6.3. */
  dmarc_policy: string
  /** When this was looked up, ISO 8601; empty where it was not. */
  looked_up: string
}

/** Somebody to send a packet to. */
export interface PacketContact {
  /** An address, or the https address of a form. */
  address: string
  /** Whose it is and what it is for. */
  role: string
}

/** Everything that the side at fault needs to find the refusal in its own logs, and to believe it. */
export interface Packet {
  made_at: string
  title: string
  direction: Direction
  /** Empty where the case belongs to no wave. */
  verdict: Verdict | ''
  subject_kind: SubjectKind | ''
  subject: string
  confidence: number
  sub_cause: SubCause
  window_start: string
  window_end: string
  send_to: PacketContact[]
  case: PacketCase
  authentication: {
    /** As the receiver said in its reply; empty where it said nothing. */
    reported: { spf: string; dkim: string; dmarc: string }
    published_then: AuthenticationFacts
    published_now: AuthenticationFacts
  }
  /** What was refused and what was not, in sentences. */
  counts: string[]
  counter_evidence: string[]
  /** What changed in DNS from an hour before the wave on. */
  dns_changes: DnsChange[]
  similar: PacketCase[]
  /** What others tell of the same message, the surest of its reason first. */
  also_seen: PacketSighting[]
  next_steps: string[]
  /** What lowers the confidence. */
  notes: string[]
  redacted: boolean
}
