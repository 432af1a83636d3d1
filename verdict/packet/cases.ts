import type { Direction } from '../../schemas/event.ts'
import type { PacketCase } from '../../schemas/packet.ts'
import type { Store } from '../../store/store.ts'
import { sql } from '../sql.ts'

/** Which refusals a packet is about; times in milliseconds since 1970, an empty name is any. */
export interface CaseSelection {
  direction?: Direction | ''
  from?: number
  to?: number
  queue_id?: string
  message_id?: string
  recipient?: string
  /** Domain of the sender. */
  sender?: string
  ip?: string
  provider?: string
  /** Organisational domain of the recipient. */
  domain?: string
}

/** A refused attempt with what tells which wave it belongs to. */
export interface FoundCase {
  direction: Direction
  recipient_org_domain: string
  time_ms: number
  case: PacketCase
}

interface CaseRow extends Omit<PacketCase, 'event_time' | 'remote_ip' | 'source_ip'> {
  time_ms: number
  direction: Direction
  recipient_org_domain: string
  remote_address: string
  source_address: string
}

const END = Date.UTC(2100, 0, 1)

/** The refusals of a selection: first the one that says most, then others like it. */
export async function readCases(store: Store, selection: CaseSelection, limit: number): Promise<FoundCase[]> {
  const { from = 0, to = END, ...named } = selection
  const blank = { direction: '', queue_id: '', message_id: '', recipient: '', sender: '', ip: '' }
  const rows = await store.query<CaseRow>(sql('packet/cases'), {
    ...{ ...blank, provider: '', domain: '' },
    ...named,
    from: new Date(from).toISOString(),
    to: new Date(to).toISOString(),
    limit,
  })
  return rows.map(({ time_ms, direction, recipient_org_domain, remote_address, source_address, ...row }) => ({
    direction,
    recipient_org_domain,
    time_ms,
    case: {
      event_time: new Date(time_ms).toISOString(),
      ...row,
      remote_ip: remote_address,
      source_ip: source_address,
    },
  }))
}
