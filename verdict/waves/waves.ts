import type { Direction } from '../../schemas/event.ts'
import type { Subject, Wave } from '../subject.ts'
import { cellShares } from '../usual/cell-shares.ts'
import { historyKey, type Usual } from '../usual/usual.ts'
import type { Cells } from '../window/cells.ts'
import { toldBy } from '../window/messages.ts'
import { perName } from '../window/names.ts'
import { familyOf } from '../words.ts'
import { type Counting, candidatesOf } from './candidates.ts'
import { type Group, groupsOf, groupsWithout } from './groups.ts'
import type { Weighed } from './held.ts'
import { bestOf, isStranger, type News, newsOf } from './rank.ts'
import { fateOf } from './trouble.ts'
import { unknownElsewhere } from './unknown-elsewhere.ts'

/** All that a window's waves follow from. */
export interface Material {
  direction: Direction
  cells: Cells
  usual: Usual
}

// What stays the same however often a window is asked for what is left of it.
interface Prepared {
  cells: Weighed
  groups: readonly Group[]
}
const PREPARED = new WeakMap<Material, Prepared>()

function weighed({ cells, usual, direction }: Material): Weighed {
  const { names, state, side, count } = cells
  const familyBy = perName(names, familyOf)
  const family = new Uint8Array(count)
  const fate = new Uint8Array(count)
  for (let cell = 0; cell < count; cell++) {
    family[cell] = familyBy(side[cell] ?? 0)
    fate[cell] = fateOf(state[cell] ?? 0, family[cell] ?? 0)
  }
  const partPlaces = new Int32Array(names.texts.length)
  return { ...cells, family, fate, usual: cellShares(cells, usual, direction), partPlaces }
}

function prepare(material: Material): Prepared {
  let prepared = PREPARED.get(material)
  if (prepared === undefined) {
    const cells = weighed(material)
    prepared = { cells, groups: groupsOf(cells) }
    PREPARED.set(material, prepared)
  }
  return prepared
}

// How many different names the cells have that are not gone; the empty one is none.
function namesIn({ names, count }: Cells, column: Int32Array, gone: Uint8Array): number {
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
function newsOfGroup(group: Group, counting: Counting): News[] {
  const { usual, direction } = counting
  const { kind, recipient_org_domain } = group.named
  const own = kind === 'all' ? usual.fleet : usual.own.get(historyKey(group.named))
  const isAssumed = kind === 'pair' && recipient_org_domain !== '' && !usual.knows_pairs
  if (isStranger(group.named, own, direction)) return []
  return candidatesOf(group, counting).flatMap(
    (candidate) => newsOf(candidate, own, usual.fleet, direction, isAssumed) ?? [],
  )
}

/**
 * What explains most of the refusals that the waves already told leave over; nothing where all is as usual, undefined where that
 * turns on the history of one sender at one recipient domain, and it is not known. Pure.
 * `passed`: subjects that were looked at and are no wave (`subjectKey`).
 */
export function nextSubjects(
  material: Material,
  told: readonly Wave[],
  passed: ReadonlySet<string>,
): Subject[] | undefined {
  const { direction, usual } = material
  const { cells, groups } = prepare(material)
  const isTold = toldBy(cells, told)
  const gone = new Uint8Array(cells.count)
  if (told.length > 0) for (let cell = 0; cell < cells.count; cell++) gone[cell] = isTold(cell) ? 1 : 0
  const counting: Counting = {
    direction,
    cells,
    unknownOf: unknownElsewhere(cells, gone),
    usual,
  }
  const senders = namesIn(cells, cells.sender_domain, gone)
  const operators = namesIn(cells, cells.operator, gone)
  const among = {
    all: 1,
    sender_domain: senders,
    source_ip: namesIn(cells, cells.source_ip, gone),
    recipient_domain: namesIn(cells, cells.recipient_org_domain, gone),
    provider: operators,
    operator: operators,
    pair: senders * operators,
  }
  const news = groupsWithout(groups, cells, gone).flatMap((group) => newsOfGroup(group, counting))
  return bestOf(news, direction, (kind) => among[kind], passed)
}
