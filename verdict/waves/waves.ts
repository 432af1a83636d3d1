import type { Subject } from '../subject.ts'
import { historyKey } from '../usual/usual.ts'
import { candidatesOf } from './candidates.ts'
import type { Group } from './groups.ts'
import { once } from './once.ts'
import { bestOf, isStranger, type News, newsOf } from './rank.ts'
import type { Known, Rest } from './rest.ts'

// How many different names the cells have that are not gone; the empty one is none.
function namesIn({ cells: { names, count }, gone }: Rest, column: Int32Array): number {
  const isSeen = new Uint8Array(names.texts.length)
  let seen = 0
  for (let cell = 0; cell < count; cell++) {
    const name = column[cell] ?? 0
    if (name === 0 || gone[cell] === 1 || isSeen[name] === 1) continue
    isSeen[name] = 1
    seen++
  }
  return Math.max(1, seen)
}

/** What stands out of a subject's messages, over each span and with each kind of words. */
function knownOf(group: Group, rest: Rest): Known {
  const { usual, direction, cells } = rest
  const { kind, recipient_org_domain } = group.named
  const own = kind === 'all' ? usual.fleet : usual.own.get(historyKey(group.named))
  const isAssumed = kind === 'pair' && recipient_org_domain !== '' && !usual.knows_pairs
  if (isStranger(group.named, own, direction)) return { news: [], is_of_list: false }
  let is_of_list = false
  const unknownOf = (sender: number, domain: number) => {
    is_of_list = true
    return rest.unknownOf(sender, domain)
  }
  const news = candidatesOf(group, { cells, direction, unknownOf, usual }).flatMap(
    (candidate) => newsOf(candidate, own, usual.fleet, direction, isAssumed) ?? [],
  )
  return { news, is_of_list }
}

function newsOfGroup(group: Group, rest: Rest): readonly News[] {
  const known = rest.known.get(group) ?? knownOf(group, rest)
  rest.known.set(group, known)
  return known.news
}

/**
 * What explains most of the refusals that the waves already told leave over; nothing where all is as usual, undefined where that
 * turns on the history of one sender at one recipient domain, and it is not known. Pure.
 * `passed`: subjects that were looked at and are no wave (`subjectKey`).
 */
export function nextSubjects(rest: Rest, passed: ReadonlySet<string>): Subject[] | undefined {
  const { cells, groups } = rest
  const senders = once(() => namesIn(rest, cells.sender_domain))
  const operators = once(() => namesIn(rest, cells.operator))
  const among = {
    all: () => 1,
    sender_domain: senders,
    source_ip: once(() => namesIn(rest, cells.source_ip)),
    recipient_domain: once(() => namesIn(rest, cells.recipient_org_domain)),
    provider: operators,
    operator: operators,
    pair: () => senders() * operators(),
  }
  const news = groups.flatMap((group) => newsOfGroup(group, rest))
  return bestOf(news, (kind) => among[kind](), passed)
}
