import type { Direction } from '../../schemas/event.ts'
import type { History, Named, Words } from '../subject.ts'
import { THRESHOLDS as T } from '../thresholds.ts'
import type { Cells } from '../window/cells.ts'
import type { Names } from '../window/names.ts'
import { UNREACHABLE } from '../words.ts'
import { acceptedBefore, fleetShare, isWelcome, namedOf, ownShare, type Usual } from './usual.ts'

// Of a stranger a refusal is no news, of a sender that was welcome it is (Laplace's rule).
function clientShare(history: History, fleet: number): number {
  const { messages, accepted, refused, recent_messages, recent_accepted, recent_refused } = history
  if (!isWelcome(history)) return T.max_usual_share.inbound
  const shares = [(refused + 1) / (messages + 2), (recent_refused + 1) / (recent_messages + 2)]
  return accepted === 0
    ? (shares[1] ?? fleet)
    : recent_accepted === 0
      ? (shares[0] ?? fleet)
      : Math.min(...shares)
}

// That a host does not answer which never answered anybody is no news, whoever else writes to it (Laplace's rule). Others must
// have taken mail: where nobody answers, it is we.
function deadShare(history: History, fleet: History): number {
  if (acceptedBefore(history) > 0 || acceptedBefore(fleet) < T.min_fleet_history) return 0
  return (history.refused + history.recent_refused + 1) / (history.messages + history.recent_messages + 2)
}

/** A history with the numbers of its names, -1 where the window does not have them. */
interface Numbered {
  kind: Named['kind']
  sender: number
  operator: number
  domain: number
  history: History
}

// Few names have a history of their own.
function numbered(own: Usual['own'], { find }: Names): Numbered[] {
  const all: Numbered[] = []
  for (const [key, history] of own) {
    const { kind, sender_domain, operator, recipient_org_domain } = namedOf(key)
    const [sender, domain] = [find(sender_domain), find(recipient_org_domain)]
    all.push({ kind, sender, operator: find(operator), domain, history })
  }
  return all
}

function clientShares(
  { names, count, sender_domain, reason }: Cells,
  own: readonly Numbered[],
  fleet: number,
) {
  const bySender = new Float64Array(names.texts.length).fill(T.max_usual_share.inbound)
  for (const { kind, sender, history } of own)
    if (kind === 'sender_domain' && sender > 0) bySender[sender] = clientShare(history, fleet)
  // Whoever knocks, he does not make our own configuration fail.
  const ownFault = names.find('system_error')
  const shares = new Float64Array(count)
  for (let i = 0; i < count; i++)
    shares[i] = reason[i] === ownFault ? T.prior_share : (bySender[sender_domain[i] ?? 0] ?? 0)
  return shares
}

function outboundShares(cells: Cells, usual: Usual, own: readonly Numbered[], words: Words): Float64Array {
  const { names, count, sender_domain, operator, recipient_org_domain, reason } = cells
  const size = names.texts.length
  const fleet = fleetShare(usual.fleet, 'outbound', words)
  const bySender = new Float64Array(size).fill(fleet)
  const byDomain = new Float64Array(size).fill(fleet)
  const byDead = new Float64Array(size)
  for (const { kind, sender, domain, history } of own) {
    if (kind === 'sender_domain' && sender > 0) bySender[sender] = ownShare(history, 'outbound', fleet, words)
    if (kind !== 'recipient_domain' || domain <= 0) continue
    byDomain[domain] = ownShare(history, 'outbound', fleet, words)
    byDead[domain] = deadShare(history, usual.fleet)
  }
  const byPair = new Map<number, number>()
  for (const { kind, sender, operator, history } of own)
    if (kind === 'pair' && sender > 0 && operator > 0)
      byPair.set(sender * size + operator, ownShare(history, 'outbound', bySender[sender] ?? fleet, words))
  // What the window does not have is at -1, where a typed array keeps nothing.
  const hasStopped = new Uint8Array(size)
  for (const domain of usual.stopped) hasStopped[names.find(domain)] = 1
  const isUnreachable = new Uint8Array(size)
  for (const reason of UNREACHABLE) isUnreachable[names.find(reason)] = 1
  const shares = new Float64Array(count)
  for (let i = 0; i < count; i++) {
    const sender = sender_domain[i] ?? 0
    const domain = recipient_org_domain[i] ?? 0
    const ofDead = isUnreachable[reason[i] ?? 0] === 1 ? (byDead[domain] ?? 0) : 0
    const ofDomain = Math.max(byDomain[domain] ?? fleet, ofDead)
    const ofSender = byPair.get(sender * size + (operator[i] ?? 0)) ?? bySender[sender] ?? fleet
    // What senders are refused is mostly what a domain refuses that takes nothing any more.
    shares[i] = hasStopped[domain] === 1 ? ofDomain : Math.max(ofDomain, ofSender)
  }
  return shares
}

/**
 * What is usual for the messages of each cell, by the words of its refusals: the one baseline of all subjects that hold it, so
 * that a sender, a provider and the two together are measured alike. Inbound it is the client's habit, whatever the words.
 */
export function cellShares(cells: Cells, usual: Usual, direction: Direction): Record<Words, Float64Array> {
  const own = numbered(usual.own, cells.names)
  if (direction === 'outbound')
    return {
      any: outboundShares(cells, usual, own, 'any'),
      sender: outboundShares(cells, usual, own, 'sender'),
    }
  const shares = clientShares(cells, own, fleetShare(usual.fleet, direction))
  return { any: shares, sender: shares }
}
