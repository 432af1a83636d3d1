import { REASONS } from '../../schemas/reasons.ts'
import type { Counted, CountedReply, SubCause } from '../../schemas/verdict.ts'
import { THRESHOLDS as T } from '../thresholds.ts'

const OF_REASON: Readonly<Record<string, SubCause>> = {
  policy_rejected: 'undetermined',
  recipient_access_denied: 'undetermined',
  recipient_restricted: 'policy',
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

/** What the words that a rule knows say beyond their reason, by its id: a policy is named, a name server did not answer. */
export const OF_RULE: Readonly<Record<string, SubCause>> = {
  'dns-temporary': 'dns',
  policy: 'policy',
  'policy-restrictions': 'policy',
  'apple-local-policy': 'policy',
  'broadcom-policy': 'policy',
  'exchange-rule': 'policy',
  'g-policy': 'policy',
  'gandi-policy': 'policy',
  'gmx-policy-header': 'policy',
  'mc-policy': 'policy',
  'ms-tenant-block-list': 'policy',
  'y-policy': 'policy',
  'zoho-policy': 'policy',
}

/** What the reason of one reply says about the cause. */
export function subCauseOf(reason: string): SubCause {
  return OF_REASON[reason] ?? OF_SIDE[REASONS.get(reason)?.side ?? ''] ?? ''
}

/**
 * What most replies say, and which share of them: by their reasons, and closer by the rules of the top replies. A bare
 * "denied" names no cause: where enough of the other replies name one, theirs counts; so it is with "policy", which is that of
 * one receiver (`ofReceiver`), for unrelated ones have none in common.
 */
export function subCause(
  reasons: readonly Counted[],
  replies: readonly Pick<CountedReply, 'reason' | 'rule' | 'messages'>[] = [],
  ofReceiver = true,
): { sub_cause: SubCause; share: number } {
  const votes = new Map<SubCause, number>()
  const vote = (cause: SubCause, messages: number) => {
    if (messages > 0) votes.set(cause, (votes.get(cause) ?? 0) + messages)
  }
  let all = 0
  for (const { name, messages } of reasons) {
    let left = messages
    for (const reply of replies) {
      const closer = OF_RULE[reply.rule]
      if (reply.reason !== name || closer === undefined || (closer === 'policy' && !ofReceiver)) continue
      // A message may have got several replies.
      const counted = Math.min(left, reply.messages)
      vote(closer, counted)
      left -= counted
    }
    vote(subCauseOf(name), left)
    all += messages
  }
  const sorted = [...votes].sort(([, a], [, b]) => b - a)
  const enough = sorted.filter(([, messages]) => messages >= T.min_words_share * all)
  const named = enough.find(([cause]) => !['undetermined', 'policy', ''].includes(cause))
  const policy = enough.find(([cause]) => cause === 'policy')
  const [sub_cause, messages] = named ?? policy ?? sorted[0] ?? ['', 0]
  return { sub_cause, share: all === 0 ? 0 : messages / all }
}
