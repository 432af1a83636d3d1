import type { Incident } from '../../schemas/incident.ts'
import type { Counted, VerdictItem } from '../../schemas/verdict.ts'

// What began this long before the wider wave is something else.
const ONSET_SLACK_MS = 30 * 60_000
// Share of the narrower one's refusals that must be the wider one's.
const MOSTLY = 0.8

function isMostly(name: string, counts: readonly Counted[], { evidence }: VerdictItem): boolean {
  const of = counts.find((counted) => counted.name === name)?.messages ?? 0
  return of >= MOSTLY * evidence.refused
}

/** Whether the wider incident's refusals hold the narrower one's, by their subjects. */
function covers(wider: Incident, narrower: Incident): boolean {
  const { height } = narrower
  const { top_providers, top_senders, top_ips } = height.evidence
  switch (wider.subject_kind) {
    case 'all':
      return narrower.subject_kind !== 'all'
    case 'provider':
      return narrower.subject_kind === 'recipient_domain' && isMostly(wider.subject, top_providers, height)
    case 'source_ip':
      return (
        narrower.subject_kind !== 'all' &&
        narrower.subject_kind !== 'source_ip' &&
        isMostly(wider.subject, top_ips, height)
      )
    case 'sender_domain':
      return (
        (narrower.subject_kind === 'recipient_domain' || narrower.subject_kind === 'provider') &&
        isMostly(wider.subject, top_senders, height)
      )
    case 'recipient_domain':
      return false
  }
}

/** Whether a wider wave is the better account of a narrower one: it holds its refusals and did not begin much later. */
export function explains(wider: Incident, narrower: Incident): boolean {
  return (
    wider.id !== narrower.id &&
    wider.direction === narrower.direction &&
    covers(wider, narrower) &&
    narrower.opened_at >= wider.opened_at - ONSET_SLACK_MS
  )
}
