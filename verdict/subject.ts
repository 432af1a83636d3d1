import type { SubjectKind } from '../schemas/verdict.ts'
import type { State } from './states.ts'

/** Which messages a subject covers: an empty name is any. `provider` may be an operator of several. */
export interface Selection {
  sender: string
  ip: string
  provider: string
  domain: string
}

/** Which refusals of a selection are one wave: their states, and the sides that their words name. */
export interface Wave {
  selection: Selection
  /** States that count as refused: delays and missing mailboxes too where hardly anything gets through. */
  held: State[]
  /** Sides of the taxonomy; words that name none are ''. */
  sides: string[]
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

/** No name at all. */
export const NAMELESS: Omit<Named, 'kind'> = {
  sender_domain: '',
  source_ip: '',
  provider: '',
  operator: '',
  recipient_org_domain: '',
}

/** Messages of one part of a candidate, those of its wave, and how many of these are usual. */
export interface Part {
  messages: number
  refused: number
  expected: number
}

/** A part by the number of its name, 0 for what has none. */
export interface NamedPart extends Part {
  name: number
}

/** Which refusals of the past tell what is usual: all, or those whose words name the sender, or nothing. */
export type Words = 'any' | 'sender'

/** A candidate over one span, with the refusals that one kind of words explains. */
export interface Candidate extends Named, Part {
  span_s: number
  accepted: number
  accepted_in_window: number
  held: State[]
  sides: string[]
  words: Words
  /** Share of the refusals whose words name the sender, the content, an unknown recipient, and where no server answered. */
  sender_words: number
  content_words: number
  unknown_words: number
  unreachable: number
  /** Transactions for each refused message, up to 1: what was refused at once is one observation. */
  independence: number
  /** Its parts: counted when they are asked for. */
  operators(): readonly NamedPart[]
  domains(): readonly NamedPart[]
  senders(): readonly NamedPart[]
  /** Its senders by what went to an operator, and by what did not. */
  sendersAt(operator: number): readonly NamedPart[]
  sendersBeside(operator: number): readonly NamedPart[]
  /** Its senders by what was accepted and what is of its wave: what was refused in other words never met this cause. */
  met(): readonly NamedPart[]
  /** `excessGain` of these. */
  excess(): number
}

/** Counts of a time before the window: the day without its last hours, and these last hours. */
export interface History {
  messages: number
  accepted: number
  refused: number
  /** Of the refused, those in words that name the sender, or nothing. */
  blamed: number
  mailbox: number
  recent_messages: number
  recent_accepted: number
  recent_refused: number
  recent_blamed: number
  /** ISO 8601, UTC, to the minute; empty where nothing was accepted. */
  last_accepted: string
}

/** A subject whose refusals need an explanation. */
export interface Subject extends Wave {
  kind: SubjectKind
  /** How many senders the window holds in all. */
  fleet_senders: number
  span_s: number
  usual_share: number
  usual_messages: number
  accepted_before: number
  last_accepted_before: string
  /** Log-likelihood of a rate of its own over the usual one. */
  gain: number
  /** ... over the usual rates of its parts, to compare subjects by. */
  rank: number
}

/** What a candidate is told as. Of a pair it is the receiving side: that one sender is refused there is in the evidence. */
export function kindOf({ kind, recipient_org_domain }: Named): SubjectKind {
  if (kind === 'operator') return 'provider'
  if (kind !== 'pair') return kind
  return recipient_org_domain === '' ? 'provider' : 'recipient_domain'
}

/** The name that a subject goes by; an operator's is that of a provider of it. */
export function nameOf({ kind, selection }: Pick<Subject, 'kind' | 'selection'>, provider = ''): string {
  switch (kind) {
    case 'recipient_domain':
      return selection.domain
    case 'provider':
      return provider === '' ? selection.provider : provider
    case 'sender_domain':
      return selection.sender
    case 'source_ip':
      return selection.ip
    case 'all':
      return 'all'
  }
}
