import type { SubjectKind } from '../schemas/verdict.ts'

/** Which messages a subject covers: an empty name is any. `provider` may be an operator of several. */
export interface Selection {
  sender: string
  ip: string
  provider: string
  domain: string
}

/** The names of a candidate; those that its kind leaves open are empty. */
export interface Named {
  kind: SubjectKind | 'operator' | 'pair'
  sender_domain: string
  source_ip: string
  provider: string
  operator: string
  recipient_org_domain: string
}

/** A candidate with its counts over one span, as `candidates.sql` gives it. */
export interface Counts extends Named {
  span_s: number
  messages: number
  accepted: number
  mailbox: number
  stalled: number
  limited: number
  refused: number
  unreachable: number
  sides: Record<string, number>
  senders: number
  domains_refused: number
  domains_held: number
  operators_refused: number
  operators_held: number
  senders_refused: number
  senders_held: number
  domain_bits_refused: number
  domain_bits_held: number
  sender_bits_refused: number
  sender_bits_held: number
}

/** A candidate whose delays and missing mailboxes are told as what they are: refusals or not. */
export interface Candidate extends Named {
  span_s: number
  messages: number
  accepted: number
  refused: number
  /** The states that count as refused: delays and missing mailboxes too where hardly anything gets through. */
  held: string[]
  domains_refused: number
  operators_refused: number
  senders: number
  senders_refused: number
  effective_domains: number
  effective_senders: number
  /** Share of the refusals that name the commonest side or none, and of those that name the sender's. */
  coherence: number
  sender_words: number
  /** ... and of those that name the content: what one filter thinks of one mailing is no wave. */
  content_words: number
  /** Share of the refusals where no server answered. */
  unreachable: number
}

/** Counts of a time before the window: the day without its last hours, and these last hours. */
export interface History {
  messages: number
  accepted: number
  refused: number
  mailbox: number
  recent_messages: number
  recent_accepted: number
  recent_refused: number
}

/** A subject whose refusals need an explanation. */
export interface Subject {
  kind: SubjectKind
  selection: Selection
  span_s: number
  /** The states of messages that count as refused. */
  held: string[]
  usual_share: number
  usual_messages: number
  /** Log-likelihood over its own usual rate; `rank` over the fleet's where that is higher, to compare subjects. */
  gain: number
  rank: number
}

/** The name that a subject goes by; an operator's by the provider of it that refuses most. */
export function nameOf({ kind, selection }: Pick<Subject, 'kind' | 'selection'>, topProvider = ''): string {
  switch (kind) {
    case 'recipient_domain':
      return selection.domain
    case 'provider':
      return topProvider === '' ? selection.provider : topProvider
    case 'sender_domain':
      return selection.sender
    case 'source_ip':
      return selection.ip
    case 'all':
      return 'all'
  }
}
