import type { Store } from '../../store/store.ts'
import { sql } from '../sql.ts'
import { span, type Window } from './read.ts'

// A week: who gets a monthly letter is not known by it, but it is quickly read.
const KNOWN_MS = 7 * 86_400_000

/**
 * When each of these recipients first took mail from a week before the window on, in milliseconds since 1970; undefined of those that
 * took none. Asked for all together: to read the filter that finds them takes as long as to find forty.
 */
export async function readFirstAccepted(
  store: Store,
  { direction, from, to }: Window,
  recipients: readonly string[],
): Promise<(recipient: string) => number | undefined> {
  const rows =
    recipients.length === 0
      ? []
      : await store.query<{ recipient: string; first_accepted: number }>(sql('window/known-recipients'), {
          ...{ direction, ...span(from - KNOWN_MS, to) },
          recipients: [...new Set(recipients)],
        })
  const known = new Map(rows.map((row) => [row.recipient, row.first_accepted]))
  return (recipient) => known.get(recipient)
}
