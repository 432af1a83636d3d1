import type { LogRecord } from '../log-record.ts'
import type { Format } from './format.ts'

/** With less in common it would be no help. */
const MIN_SHARE = 0.5

/**
 * Why no format takes a record, in one line: what is wrong with it as a whole, else the format that it comes nearest to
 * and what it lacks of it.
 */
export function whyUnknown(formats: readonly Format[], record: LogRecord): string {
  const { message, json } = record
  if (message.includes('\0')) return 'zero bytes: no text, or UTF-16, which only parse and replay read'
  if (json === undefined && message.startsWith('{')) return 'JSON that is broken or cut off'
  let share = 0
  let told = ''
  for (const { name, near } of formats) {
    const found = near?.(record)
    if (found === undefined || found.share < MIN_SHARE || found.share <= share) continue
    share = found.share
    told = `; nearest is ${name}, which needs ${found.needs.join(', ')}`
  }
  return `no log format recognises this line${told}`
}
