import type { Store } from '../../store/store.ts'
import { sql } from '../sql.ts'
import { SILENCE } from '../thresholds.ts'

/** A source that gives no events although it usually does at this time. */
export interface SilentSource {
  kind: 'topic' | 'partition' | 'log_host'
  /** `topic`, `topic/partition` or `topic log_host`. */
  name: string
  /** Its last minute with events, ISO 8601. */
  last_seen: string
  /** Seconds since then. */
  quiet_s: number
  /** In how many minutes of this time it usually gives events. */
  usual_minutes: number
}

/** Sources that are silent against their own habit, as of `at` (milliseconds since 1970). A dead shipper looks like health. */
export async function readSilentSources(store: Store, at: number): Promise<SilentSource[]> {
  const rows = await store.query<SilentSource & { days: number; then: number; week_ago: number }>(
    sql('incidents/silent-sources'),
    { at: Math.floor(at / 1000), ...SILENCE },
  )
  return rows.map(({ kind, name, last_seen, quiet_s, usual_minutes }) => ({
    kind,
    name,
    last_seen,
    quiet_s,
    usual_minutes,
  }))
}
