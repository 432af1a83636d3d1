import type { History } from '../subject.ts'
import { BLAMING_SIDES } from '../words.ts'
import { EMPTY_HISTORY } from './usual.ts'

// What became of attempts, as one number: how they ended, and more bits.
const FATE = { delayed: 0, accepted: 1, mailbox: 2, blamed: 3, refused: 4 } as const
// This bit says that it was in the last hours.
const LATELY = 8
const ENDINGS = 7

const SIDES: readonly [side: string, fate: number][] = [
  ['recipient_mailbox', FATE.mailbox],
  ['throttling', FATE.delayed],
  ...BLAMING_SIDES.map((side): [string, number] => [side, FATE.blamed]),
]

/** What the statements of this folder tell the ends of attempts by, as parameters. */
export const FATES = {
  sides: SIDES.map(([side]) => side),
  fates: SIDES.map(([, fate]) => fate),
  accepted: FATE.accepted,
  refused: FATE.refused,
  lately: LATELY,
}

/** A history that is being counted; the last time that something was accepted in seconds since 1970. */
export type Count = History & { last: number }

/** To count from. */
export const NOTHING: Count = { ...EMPTY_HISTORY, last: 0 }

/** Counts attempts with one fate. */
export function addRow(to: Count, fate: number, attempts: number, last_time: number): void {
  const isRecent = (fate & LATELY) !== 0
  const ending = fate & ENDINGS
  const isRefused = ending === FATE.refused || ending === FATE.blamed
  if (isRecent) {
    to.recent_messages += attempts
    if (ending === FATE.accepted) to.recent_accepted += attempts
    if (isRefused) to.recent_refused += attempts
    if (ending === FATE.blamed) to.recent_blamed += attempts
  } else {
    to.messages += attempts
    if (ending === FATE.accepted) to.accepted += attempts
    if (isRefused) to.refused += attempts
    if (ending === FATE.blamed) to.blamed += attempts
    if (ending === FATE.mailbox) to.mailbox += attempts
  }
  if (ending === FATE.accepted) to.last = Math.max(to.last, last_time)
}

/** Counts what is counted already. */
export function addTo(to: Count, more: Count): void {
  to.messages += more.messages
  to.accepted += more.accepted
  to.refused += more.refused
  to.blamed += more.blamed
  to.mailbox += more.mailbox
  to.recent_messages += more.recent_messages
  to.recent_accepted += more.recent_accepted
  to.recent_refused += more.recent_refused
  to.recent_blamed += more.recent_blamed
  to.last = Math.max(to.last, more.last)
}
