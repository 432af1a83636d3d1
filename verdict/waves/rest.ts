import type { Direction } from '../../schemas/event.ts'
import type { Wave } from '../subject.ts'
import { cellShares } from '../usual/cell-shares.ts'
import type { Usual } from '../usual/usual.ts'
import type { Cells } from '../window/cells.ts'
import { toldBy } from '../window/messages.ts'
import { perName } from '../window/names.ts'
import { familyOf } from '../words.ts'
import { type Group, groupsOf, groupsWithout } from './groups.ts'
import type { Weighed } from './held.ts'
import type { News } from './rank.ts'
import { answerOf } from './trouble.ts'
import { unknownElsewhere } from './unknown-elsewhere.ts'

/** All that a window's waves follow from. */
export interface Material {
  direction: Direction
  cells: Cells
  usual: Usual
}

/** What is known of a group's news. */
export interface Known {
  news: readonly News[]
  /** Whether it depends on what senders' lists have elsewhere, where refusals may be gone. */
  is_of_list: boolean
}

/** What the waves already told leave of a window. */
export interface Rest extends Omit<Material, 'cells'> {
  cells: Weighed
  /** By cell, 1 where a wave that is told has its refusals. */
  gone: Uint8Array
  groups: readonly Group[]
  unknownOf(sender: number, domain: number): number
  /** Of the groups that were looked at: mostly nothing of it changes by what is told next. */
  known: Map<Group, Known>
}

function weighed({ cells, usual, direction }: Material): Weighed {
  const { names, state, side, count } = cells
  const families = perName(names, side, familyOf)
  const family = new Uint8Array(count)
  const answer = new Uint8Array(count)
  for (let cell = 0; cell < count; cell++) {
    family[cell] = families[side[cell] ?? 0] ?? 0
    answer[cell] = answerOf(state[cell] ?? 0, family[cell] ?? 0)
  }
  const partPlaces = new Int32Array(names.texts.length)
  return { ...cells, family, answer, usual: cellShares(cells, usual, direction), partPlaces }
}

/** All of a window: nothing is told yet. */
export function restOf(material: Material): Rest {
  const { direction, usual } = material
  const cells = weighed(material)
  const gone = new Uint8Array(cells.count)
  const unknownOf = unknownElsewhere(cells, gone)
  return { direction, usual, cells, gone, groups: groupsOf(cells), unknownOf, known: new Map() }
}

/** ... less the refusals of these waves. */
export function restWithout(rest: Rest, told: readonly Wave[]): Rest {
  const { cells } = rest
  const isTold = toldBy(cells, told)
  const gone = rest.gone.slice()
  for (let cell = 0; cell < cells.count; cell++) if (isTold[cell] === 1) gone[cell] = 1
  const groups = groupsWithout(rest.groups, cells, gone)
  const known = new Map([...rest.known].filter(([, { is_of_list }]) => !is_of_list))
  return { ...rest, gone, groups, unknownOf: unknownElsewhere(cells, gone), known }
}

/** ... with the history of one sender at one recipient domain: news of others don't depend on it. */
export function restWithPairs(rest: Rest, usual: Usual): Rest {
  const isPair = ({ named }: Group) => named.kind === 'pair' && named.recipient_org_domain !== ''
  const known = new Map([...rest.known].filter(([group]) => !isPair(group)))
  return { ...rest, usual, known }
}
