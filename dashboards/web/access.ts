import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { BlockList } from 'node:net'

/** Who may read the page, and who may act on incidents. */
export interface PageAccess {
  /** Whoever gives it may read and act; without one, everyone reads and only this machine acts. */
  token?: string
  /** Nobody acts over the page. */
  read_only?: boolean
}

/** What one request may do. */
export interface Rights {
  may_read: boolean
  may_act: boolean
  /** There is a session to end. */
  signed_in: boolean
}

const SHORTEST_TOKEN = 16
const COOKIE = 'faultline_session'
const SESSION_S = 7 * 86_400

const loopback = new BlockList()
loopback.addSubnet('127.0.0.0', 8, 'ipv4')
loopback.addAddress('::1', 'ipv6')
loopback.addSubnet('::ffff:127.0.0.0', 104, 'ipv6')

const isLoopback = (address: string): boolean =>
  address === 'localhost' || loopback.check(address, address.includes(':') ? 'ipv6' : 'ipv4')

/** Why a page can't be served so, in one line; undefined where it can. */
export function accessFault(host: string, { token, read_only }: PageAccess): string | undefined {
  if (token !== undefined && token.length < SHORTEST_TOKEN)
    return `the page's token is too short to be safe: give at least ${SHORTEST_TOKEN} characters`
  if (token !== undefined || read_only || isLoopback(host)) return undefined
  return (
    `the page on ${host} could be reached by others: set FAULTLINE_PAGE_TOKEN to ask them for a token, ` +
    'or web.read_only to let everyone read'
  )
}

/** What the sender of a request may do. */
export function rightsOf(request: IncomingMessage, { token, read_only = false }: PageAccess): Rights {
  if (token === undefined)
    return {
      may_read: true,
      may_act: !read_only && isLoopback(request.socket.remoteAddress ?? ''),
      signed_in: false,
    }
  const signed_in = holdsSession(request, token)
  const known = signed_in || holdsToken(request, token)
  return { may_read: known, may_act: known && !read_only, signed_in }
}

/** Whether a word is the token; takes as long for any word. */
export function isToken(word: string, token: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(word), digest(token))
}

/** The Set-Cookie of a new session; scripts can't read it, and no other site has the browser send it. */
export function newSession(token: string, isSecure: boolean, now = Date.now()): string {
  const ends = String(Math.floor(now / 1000) + SESSION_S)
  return cookie(`${ends}.${sealOf(ends, token)}`, SESSION_S, isSecure)
}

/** The Set-Cookie that ends a session. */
export const endedSession = (): string => cookie('', 0, false)

function cookie(value: string, seconds: number, isSecure: boolean): string {
  return `${COOKIE}=${value}; Path=/; Max-Age=${seconds}; HttpOnly; SameSite=Strict${isSecure ? '; Secure' : ''}`
}

// Sessions need no memory: a new token ends them all.
const sealOf = (ends: string, token: string): string =>
  createHmac('sha256', token).update(`faultline session until ${ends}`).digest('hex')

function holdsToken({ headers }: IncomingMessage, token: string): boolean {
  const { authorization = '' } = headers
  return authorization.startsWith('Bearer ') && isToken(authorization.slice(7).trim(), token)
}

function holdsSession({ headers }: IncomingMessage, token: string, now = Date.now()): boolean {
  const given = (headers.cookie ?? '').split(';').map((part) => part.trim())
  const value = given.find((part) => part.startsWith(`${COOKIE}=`))?.slice(COOKIE.length + 1) ?? ''
  const [ends = '', seal = ''] = value.split('.')
  return /^\d{1,12}$/.test(ends) && Number(ends) * 1000 > now && isToken(seal, sealOf(ends, token))
}
