import type { VerdictItem } from '../../schemas/verdict.ts'
import type { Store } from '../../store/store.ts'
import { nameOf, type Selection, type Subject, type Wave } from '../subject.ts'
import { readLastAccepted } from '../usual/last-accepted.ts'
import { areMostRefused } from '../waves/breadth.ts'
import { readFirstAccepted } from '../window/known-recipients.ts'
import type { View } from '../window/view.ts'
import { decide } from './decide.ts'
import { readDnsChanges } from './dns-changes.ts'
import { broadestProvider, factsOf, othersThere, refusedRecipients } from './facts.ts'
import { readMistyped } from './mistyped.ts'
import { topReplies } from './replies.ts'

/** A subject that is judged; what its item still lacks is read for all of them at once. */
export interface Judged {
  item: VerdictItem
  selection: Selection
  /** Start of its span. */
  from: number
  recipients: string[]
}

const isSender = ({ kind }: Subject) => kind === 'sender_domain' || kind === 'source_ip'

/** What a subject of what these waves leave is judged to be; `has_shape`: whether it is a wave's. */
export function judgeSubject(
  view: View,
  subject: Subject,
  told: readonly Wave[],
  has_shape: boolean,
): Judged {
  const { direction, from, to } = view.window
  const start = Math.max(from, to - subject.span_s * 1000)
  const left = view.left(start, told)
  const facts = factsOf(left, subject)
  const recipients = refusedRecipients(left, subject, has_shape)
  // What is no wave is told by all that it was refused.
  const wave: Wave =
    has_shape && facts.refused > 0 ? subject : { ...subject, held: [...subject.held, 'mailbox'] }
  const { verdict, confidence, sub_cause, evidence, next_step } = decide({
    direction,
    subject_kind: subject.kind,
    window_ms: to - from,
    fleet_senders: subject.fleet_senders,
    others_refused: has_shape && isSender(subject) && areMostRefused(othersThere(left, subject)),
    has_shape,
    gain: subject.gain,
    evidence: {
      ...facts,
      span_s: subject.span_s,
      usual_share: subject.usual_share,
      usual_messages: subject.usual_messages,
      accepted_before: subject.accepted_before,
      last_accepted_before: subject.last_accepted_before,
      top_replies: topReplies(view.attempts, left.refusals, wave),
      known_recipients: [recipients.length, 0],
      completeness: view.completeness,
    },
  })
  const item = {
    direction,
    subject_kind: subject.kind,
    subject: nameOf(subject, subject.kind === 'provider' ? broadestProvider(left, subject) : ''),
    verdict,
    confidence,
    sub_cause,
    window_start: new Date(from).toISOString(),
    window_end: new Date(to).toISOString(),
    evidence,
    next_step,
  }
  return { item, selection: subject.selection, from: start, recipients }
}

/** The items with what is read for all of them at once: whom they knew before, what changed in DNS, who is mistyped. */
export async function complete(
  store: Store,
  { window, attempts }: View,
  judged: readonly Judged[],
): Promise<VerdictItem[]> {
  const items = judged.map(({ item }) => item)
  const waves = items.filter(({ verdict }) => verdict !== 'mailbox_noise')
  const recipients = judged.flatMap(({ recipients }) => recipients)
  const lastAccepted = judged.map(({ item, selection }) =>
    readLastAccepted(store, window, selection, item.evidence.last_accepted_before),
  )
  const [accepted, firstAccepted, changes, tellMistyped] = await Promise.all([
    Promise.all(lastAccepted),
    readFirstAccepted(store, window, recipients),
    readDnsChanges(store, window.to, waves),
    readMistyped(store, window, attempts, items),
  ])
  return judged.map(({ item, from, recipients }, place) => {
    const before = recipients.filter((name) => (firstAccepted(name) ?? window.to) < from)
    const dns_changes = changes[waves.indexOf(item)] ?? []
    return tellMistyped({
      ...item,
      evidence: {
        ...item.evidence,
        last_accepted_before: accepted[place] ?? '',
        known_recipients: [recipients.length, before.length],
        ...(dns_changes.length === 0 ? {} : { dns_changes }),
      },
    })
  })
}
