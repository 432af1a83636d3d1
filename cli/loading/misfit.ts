import { type Account, ignoredTotal } from '../../ingest/account.ts'

/**
 * The line that says of a file that it is of no format that is read, or of another than the one named; undefined where it
 * is. `reason` is its first dead letter's.
 */
export function misfit(path: string, part: Account, reason: string, format = 'auto'): string | undefined {
  const isRead = part.with_events > 0 || part.correlated > 0 || part.dead <= ignoredTotal(part)
  if (isRead || part.dead === 0) return undefined
  const which = format === 'auto' ? 'of no format that is read' : `not ${format}`
  return `${path}: ${which}: ${reason} (faultline formats lists what is read)`
}
