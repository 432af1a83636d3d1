import type { IncomingMessage } from 'node:http'
import { BlockList } from 'node:net'
import { ActionRequest } from '../../verdict/act.ts'
import { BadRequest } from './query.ts'

/** A request to act that is not carried out; its sender may not. */
export class Forbidden extends Error {
  override name = 'Forbidden'
}

const PATH = /^\/api\/incidents\/([0-9a-f]{10})\/actions$/
const MAX_BODY = 16 * 1024

const loopback = new BlockList()
loopback.addSubnet('127.0.0.0', 8, 'ipv4')
loopback.addAddress('::1', 'ipv6')
loopback.addSubnet('::ffff:127.0.0.0', 104, 'ipv6')

/** The incident that a path wants to act on. */
export const actionTarget = (pathname: string): string | undefined => PATH.exec(pathname)?.[1]

/**
 * Whether whoever asks may act. The page asks nobody for a password, so only this machine may; and a stranger's page in
 * a browser of this machine must not: its Origin is its own, and it cannot send JSON without asking first.
 */
function checkSender({ headers, socket }: IncomingMessage): void {
  const address = socket.remoteAddress ?? ''
  if (!loopback.check(address, address.includes(':') ? 'ipv6' : 'ipv4'))
    throw new Forbidden('only this machine may act on incidents; use faultline incidents there')
  const own = headers.host !== undefined && headers.origin === `http://${headers.host}`
  if (!own && headers['sec-fetch-site'] !== 'same-origin')
    throw new Forbidden('another site may not act on incidents')
  if (!/^application\/json(?:;|$)/.test(headers['content-type'] ?? ''))
    throw new BadRequest('an action is sent as application/json')
}

/** Reads what a request wants done. Throws `Forbidden` or `BadRequest`. */
export async function readAction(request: IncomingMessage): Promise<ActionRequest> {
  checkSender(request)
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > MAX_BODY) throw new BadRequest(`an action holds at most ${MAX_BODY} bytes`)
    chunks.push(chunk)
  }
  let value: unknown
  try {
    value = JSON.parse(Buffer.concat(chunks).toString('utf8'))
  } catch {
    throw new BadRequest('an action is JSON, like {"action": "acknowledged"}')
  }
  const read = ActionRequest.safeParse(value)
  if (read.success) return read.data
  const [issue] = read.error.issues
  throw new BadRequest(`${issue?.path.join('.') || 'action'}: ${issue?.message}`)
}
