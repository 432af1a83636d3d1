import type { PacketCase, PacketSighting } from '../../schemas/packet.ts'
import type { Store } from '../../store/store.ts'
import { sql } from '../sql.ts'

/** What says which message a refusal is about, and who told of it. */
export type Sought = Pick<
  PacketCase,
  'event_time' | 'source_format' | 'log_host' | 'queue_id' | 'message_id' | 'recipient'
>

/**
 * What others tell of the same message for the same recipient (a bounce, a gateway's log), the surest of its reason
 * first. Without a Message-ID nobody else can be known to mean it.
 */
export async function readSightings(store: Store, sought: Sought): Promise<PacketSighting[]> {
  const { event_time, source_format, log_host, queue_id, message_id, recipient } = sought
  if (message_id === '' || recipient === '') return []
  return store.query<PacketSighting>(sql('packet/sightings'), {
    event_time,
    source_format,
    log_host,
    queue_id,
    message_id,
    recipient,
  })
}
