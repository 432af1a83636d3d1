import type { Direction } from '../../../schemas/event.ts'
import { STATES, type State } from '../../../verdict/states.ts'
import { type History, type Named, nameOf, type Wave } from '../../../verdict/subject.ts'
import { EMPTY_HISTORY, historyKey } from '../../../verdict/usual/usual.ts'
import { type Material, restOf, restWithout } from '../../../verdict/waves/rest.ts'
import { nextSubjects } from '../../../verdict/waves/waves.ts'
import { type Cells, roomForCells } from '../../../verdict/window/cells.ts'
import { noNames } from '../../../verdict/window/names.ts'

/** History of a day: so many messages, of which so many were refused. */
export const day = (messages: number, refused: number): History => ({
  ...EMPTY_HISTORY,
  messages,
  refused,
  blamed: refused,
  accepted: messages - refused,
})

interface Mail {
  sender?: string
  domain: string
  operator?: string
  ip?: string
}
interface Cell {
  sender_domain: string
  source_ip: string
  operator: string
  domain: string
  state: State
  side: string
  reason: string
  messages: number
  transactions: number
}
/** Messages of one sender to one domain, as one cell; no fate is accepted. */
export function cell(
  mail: Mail,
  messages: number,
  fate?: { side: string; reason?: string; state?: State },
): Cell {
  const { sender = 's1.example', domain, operator = `mx.${domain}`, ip = '' } = mail
  return {
    sender_domain: sender,
    source_ip: ip,
    operator,
    domain,
    state: fate === undefined ? 'accepted' : (fate.state ?? 'refused'),
    side: fate?.side ?? '',
    reason: fate?.reason ?? '',
    messages,
    transactions: messages,
  }
}
export const AUTH = { side: 'sender_authentication', reason: 'dmarc_failed' }
export const LISTED = { side: 'sender_reputation', reason: 'ip_blocklisted' }
export const ROUTING = { side: 'recipient_routing', reason: 'relay_denied' }
export const DENIED = { side: 'recipient_gateway', reason: 'policy_rejected' }
export const UNKNOWN = { side: 'recipient_mailbox', reason: 'recipient_unknown', state: 'mailbox' } as const

function columns(cells: readonly Cell[]): Cells {
  const names = noNames()
  const of = roomForCells(names, [900], cells.length)
  for (const [i, cell] of cells.entries()) {
    of.sender_domain[i] = names.number(cell.sender_domain)
    of.source_ip[i] = names.number(cell.source_ip)
    of.provider[i] = names.number(cell.operator)
    of.operator[i] = names.number(cell.operator)
    of.recipient_org_domain[i] = names.number(cell.domain)
    of.state[i] = STATES[cell.state]
    of.side[i] = names.number(cell.side)
    of.reason[i] = names.number(cell.reason)
    of.messages[i] = cell.messages
    of.transactions[i] = cell.transactions
  }
  return of
}

/** A window of these cells, with the history of some subjects. */
export function material(
  cells: Cell[],
  own: [Named, History][] = [],
  direction: Direction = 'outbound',
): Material {
  return {
    direction,
    cells: columns(cells),
    usual: {
      fleet: day(5000, 50),
      own: new Map(own.map(([named, history]) => [historyKey(named), history])),
      stopped: new Set(),
      knows_pairs: true,
    },
  }
}
/** Names of all waves, one after the other. */
export function waves(of: Material): string[] {
  const told: (Wave & { name: string })[] = []
  let rest = restOf(of)
  for (let i = 0; i < 9; i++) {
    const found = nextSubjects(rest, new Set()) ?? []
    if (found.length === 0) break
    rest = restWithout(rest, found)
    told.push(...found.map((subject) => ({ ...subject, name: `${subject.kind} ${nameOf(subject)}` })))
  }
  return told.map(({ name }) => name)
}

export const DOMAINS = Array.from({ length: 12 }, (_, i) => `d${i}.example`)
export const NAMED = {
  kind: 'pair',
  sender_domain: '',
  source_ip: '',
  provider: '',
  operator: '',
  recipient_org_domain: '',
} as const
