import { createHash, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { Refusal } from './errors.ts'

/** Who asks: a reader gives no password, the writer gives the one that was configured. */
export type Role = 'reader' | 'writer'

const READERS = ['', 'default', 'reader']

/** Who a request comes from. A wrong name or password is refused, never taken for a reader. */
export function roleOf(
  { headers }: IncomingMessage,
  url: URLSearchParams,
  writerPassword: string | undefined,
): Role {
  const [user, password] = credentials(headers, url)
  if (READERS.includes(user) && password === '') return 'reader'
  if (user === 'writer' && writerPassword !== undefined && isSame(password, writerPassword)) return 'writer'
  throw new Refusal(
    516,
    'AUTHENTICATION_FAILED',
    `${user === '' ? 'default' : user.replace(/[^\w.@-]/g, '?').slice(0, 60)}: Authentication failed: ` +
      'password is incorrect, or there is no user with such name',
  )
}

function credentials(headers: IncomingMessage['headers'], url: URLSearchParams): [string, string] {
  const { authorization } = headers
  if (authorization !== undefined) {
    const [, encoded] = /^basic +([a-z0-9+/=_-]*)$/i.exec(authorization) ?? []
    const text = Buffer.from(encoded ?? '', 'base64').toString()
    const colon = text.indexOf(':')
    // Another scheme is no reader either: its name is one that nobody has.
    return encoded === undefined || colon === -1 ? ['?', '?'] : [text.slice(0, colon), text.slice(colon + 1)]
  }
  const one = (header: string | string[] | undefined) => (Array.isArray(header) ? header.join() : header)
  const [user, key] = [one(headers['x-clickhouse-user']), one(headers['x-clickhouse-key'])]
  if (user !== undefined || key !== undefined) return [user ?? '', key ?? '']
  return [url.get('user') ?? '', url.get('password') ?? '']
}

/** Takes the same time whatever differs, and whatever the lengths are. */
function isSame(given: string, right: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(given), digest(right))
}
