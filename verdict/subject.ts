import type { SubjectKind } from '../schemas/verdict.ts'

/** Which messages a subject covers: an empty name is any. */
export interface Selection {
  sender: string
  ip: string
  provider: string
  domain: string
}

/** A subject with its counts, as `candidates.sql` gives it. */
export interface Candidate {
  kind: SubjectKind | 'pair'
  sender_domain: string
  source_ip: string
  provider: string
  recipient_org_domain: string
  messages: number
  accepted: number
  mailbox: number
  stalled: number
  is_blocked: number
  refused: number
  domains_refused: number
  providers_refused: number
  senders: number
  senders_refused: number
  effective_domains: number
  effective_senders: number
  coherence: number
}

/** What was usual for a subject in the day before. */
export interface History {
  messages: number
  accepted: number
  refused: number
  mailbox: number
}

/** A subject whose refusals need an explanation. */
export interface Subject {
  kind: SubjectKind
  selection: Selection
  /** Messages delayed, or without a mailbox, count as refused: hardly anything got through. */
  with_stalled: boolean
  with_mailbox: boolean
  usual_share: number
  usual_messages: number
  gain: number
}

/** The name that a subject goes by. */
export function nameOf({ kind, selection }: Pick<Subject, 'kind' | 'selection'>): string {
  switch (kind) {
    case 'recipient_domain':
      return selection.domain
    case 'provider':
      return selection.provider
    case 'sender_domain':
      return selection.sender
    case 'source_ip':
      return selection.ip
    case 'all':
      return 'all'
  }
}
