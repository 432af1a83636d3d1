import type { LoggedEvent } from '../../../schemas/event.ts'
import { setReply } from '../values.ts'

/** `{LED=550 5.1.1 ...};{MSG=...};{FQDN=mx1};{IP=203.0.113.11};{LRT=...}`: the last error, and who gave it. */
const PART = (text: string, name: string): string => {
  const start = text.indexOf(`{${name}=`)
  if (start === -1) return ''
  const end = text.indexOf('}', start)
  return text.slice(start + name.length + 2, end === -1 ? text.length : end)
}

/** What a recipient's status says: a reply alone, or the last error of the queue. */
export function readStatus(event: LoggedEvent, status: string): void {
  const led = PART(status, 'LED')
  let reply = led === '' ? status : PART(status, 'MSG') === '' ? led : `${led} ${PART(status, 'MSG')}`
  if (event.outcome === 'bounced' && EXPIRED.test(reply)) {
    event.outcome = 'expired'
    // `550 5.4.300 Message expired -> 451 4.7.1 ...`: the server's last words, where there were any.
    const last = reply.lastIndexOf(' -> ')
    if (last !== -1) reply = reply.slice(last + 4)
  }
  setReply(event, reply)
  event.remote_host ||= PART(status, 'FQDN')
  event.remote_ip ||= PART(status, 'IP')
}

const EXPIRED = /QUEUE\.Expired|Message expired/i
