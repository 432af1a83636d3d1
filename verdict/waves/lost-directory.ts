import { STATES } from '../states.ts'
import type { History, Part } from '../subject.ts'
import { THRESHOLDS as T } from '../thresholds.ts'
import { acceptedBefore, historyKey, type Usual } from '../usual/usual.ts'
import { inSpan } from '../window/cells.ts'
import type { Group } from './groups.ts'
import type { Weighed } from './held.ts'
import { partsBy, sumOf } from './parts.ts'
import { amongAnswers, answersOf } from './trouble.ts'

function tookMail({ held }: Group, history: History | undefined): boolean {
  const before = acceptedBefore(history) + (held().accepted.at(-1) ?? 0)
  return before >= T.min_taken && before > (history?.mailbox ?? 0)
}

// A part of a directory is lost where a domain's mailboxes are unknown far more often than before, and not on one sender's
// list alone.
function isPartLost(senders: readonly Part[], history: History): boolean {
  const [most, ...others] = [...senders].sort((a, b) => b.refused - a.refused)
  if (most === undefined) return false
  const { messages, refused: mailbox } = sumOf(others)
  if (mailbox < T.min_lost_recipients || mailbox < T.min_lost_rest * messages) return false
  const before = acceptedBefore(history)
  const usual = T.min_odds_ratio * history.mailbox
  return before > usual && mailbox * before >= usual * (messages - mailbox)
}

/**
 * Whether a receiver that took mail before has lost its directory, or a part of it, by what was refused for the mailbox over
 * a span (its place). One domain's few mailboxes may all be unknown, or many more of them than before; of a provider's,
 * whoever writes to them, it is enough that most are, at those of its domains that have such.
 */
export function isDirectoryLost(
  group: Group,
  span: number,
  mailbox: number,
  cells: Weighed,
  { own }: Usual,
): boolean {
  const { named, troubled } = group
  if (mailbox === 0) return false
  const history = own.get(historyKey(named))
  if (!tookMail(group, history)) return false
  const held = group.held()
  const [messages = 0, accepted = 0] = [held.messages[span], held.accepted[span]]
  const isUnknown = (cell: number) => cells.state[cell] === STATES.mailbox
  if (named.kind === 'recipient_domain') {
    if (accepted * T.lost_ratio < messages) return true
    if (history === undefined || mailbox < T.min_lost_part) return false
    if (mailbox < T.min_share.recipient_domain * messages) return false
    const counting = { usual: cells.usual.any, isRefused: amongAnswers(answersOf(STATES.mailbox)) }
    return isPartLost(partsBy(cells, group.cells(), 'sender_domain', span, counting), history)
  }
  if (mailbox < T.min_share.provider * messages) return false
  const domains = new Set(troubled.filter(isUnknown).map((cell) => cells.recipient_org_domain[cell]))
  const there = group.cells().filter((cell) => domains.has(cells.recipient_org_domain[cell]))
  return mailbox >= T.min_directory_share * there.reduce((sum, cell) => sum + inSpan(cells, cell, span), 0)
}
