import type { Direction } from './event.ts'
import table from './reasons.json' with { type: 'json' }

/** Who has to act: the side at fault and, coarser, whose fault it is. */
export interface Blame {
  side: string
  fault: string
}

/** One reason of the taxonomy; `refines` names the broader reasons that it also answers. */
export interface Reason extends Blame {
  meaning: string
  iana_default: string[]
  /** SparkPost's bounce classification codes and PowerMTA's bounce categories that mean the same or less. */
  sparkpost: string[]
  powermta: string[]
  refines?: string[]
  inbound?: Blame
}

/** Every reason by its name: the only definition of them. */
export const REASONS: ReadonlyMap<string, Reason> = new Map(
  Object.entries(table.reasons as Record<string, Reason>),
)

const NOTHING: Blame = { side: '', fault: '' }

/** Side and fault of a reason; a reason may be judged otherwise where it is our own server that refuses. */
export function reasonOf(name: string, direction: Direction = 'outbound'): Blame {
  const reason = REASONS.get(name)
  if (reason === undefined) return { ...NOTHING }
  const { side, fault } = (direction === 'inbound' && reason.inbound) || reason
  return { side, fault }
}

/** RFC 3463 subject and detail (`X.1.1`) to the reason that it stands for where no words decide. */
export const REASON_OF_STATUS: ReadonlyMap<string, string> = new Map(
  [...REASONS].flatMap(([name, reason]) => reason.iana_default.map((status) => [status, name] as const)),
)
