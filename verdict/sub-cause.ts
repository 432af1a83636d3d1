import { REASONS } from '../schemas/reasons.ts'
import type { Counted, SubCause } from '../schemas/verdict.ts'
import { THRESHOLDS as T } from './thresholds.ts'

const OF_REASON: Readonly<Record<string, SubCause>> = {
  policy_rejected: 'undetermined',
  recipient_access_denied: 'undetermined',
  domain_not_found: 'dns',
  client_dns_invalid: 'dns',
  sender_domain_invalid: 'dns',
  recipient_edge_denied: 'directory',
  directory_error: 'directory',
  connector_restricted: 'routing',
  tls_failed: 'tls',
  tls_required: 'tls',
}

const OF_SIDE: Readonly<Record<string, SubCause>> = {
  recipient_mailbox: 'mailbox',
  recipient_routing: 'routing',
  recipient_gateway: 'policy',
  sender_authentication: 'authentication',
  sender_reputation: 'reputation',
  sender_content: 'content',
  throttling: 'throttling',
  transport: 'network',
  relay_config: 'relay',
}

/** What the reason of one reply says about the cause. */
export function subCauseOf(reason: string): SubCause {
  return OF_REASON[reason] ?? OF_SIDE[REASONS.get(reason)?.side ?? ''] ?? ''
}

/**
 * What most replies say, and which share of them. A bare "denied" names no cause: where enough of the other replies
 * name one, theirs counts.
 */
export function subCause(reasons: readonly Counted[]): { sub_cause: SubCause; share: number } {
  const votes = new Map<SubCause, number>()
  let all = 0
  for (const { name, messages } of reasons) {
    const cause = subCauseOf(name)
    votes.set(cause, (votes.get(cause) ?? 0) + messages)
    all += messages
  }
  const sorted = [...votes].sort(([, a], [, b]) => b - a)
  const named = sorted.find(([cause]) => cause !== 'undetermined' && cause !== '')
  const [sub_cause, messages] =
    named !== undefined && named[1] >= T.min_words_share * all ? named : (sorted[0] ?? ['', 0])
  return { sub_cause, share: all === 0 ? 0 : messages / all }
}
