import type { IncomingMessage } from 'node:http'
import { ActionRequest } from '../../verdict/incidents/act.ts'
import type { Rights } from './access.ts'
import { readBody } from './body.ts'
import { BadRequest } from './query.ts'

/** A request to act that is not carried out; its sender may not. */
export class Forbidden extends Error {
  override name = 'Forbidden'
}

const PATH = /^\/api\/incidents\/([0-9a-f]{10})\/actions$/
const MAX_BODY = 16 * 1024

/** The incident that a path wants to act on. */
export const actionTarget = (pathname: string): string | undefined => PATH.exec(pathname)?.[1]

/** Whether a request comes from our own page: a stranger's page in the same browser has an Origin of its own. */
export function isOwnOrigin({ headers }: IncomingMessage): boolean {
  const { host, origin } = headers
  const own = host !== undefined && origin !== undefined && URL.parse(origin)?.host === host.toLowerCase()
  return own || headers['sec-fetch-site'] === 'same-origin'
}

function checkSender(request: IncomingMessage, { may_act }: Rights): void {
  if (!may_act)
    throw new Forbidden(
      'only this machine may act on incidents, or who has the token; use faultline incidents there',
    )
  if (!isOwnOrigin(request)) throw new Forbidden('another site may not act on incidents')
  // A form cannot send JSON, and a script of another site not without asking first.
  if (!/^application\/json(?:;|$)/.test(request.headers['content-type'] ?? ''))
    throw new BadRequest('an action is sent as application/json')
}

/** Reads what a request wants done. Throws `Forbidden` or `BadRequest`. */
export async function readAction(request: IncomingMessage, rights: Rights): Promise<ActionRequest> {
  checkSender(request, rights)
  const body = await readBody(request, MAX_BODY)
  let value: unknown
  try {
    value = JSON.parse(body)
  } catch {
    throw new BadRequest('an action is JSON, like {"action": "acknowledged"}')
  }
  const read = ActionRequest.safeParse(value)
  if (read.success) return read.data
  const [issue] = read.error.issues
  throw new BadRequest(`${issue?.path.join('.') || 'action'}: ${issue?.message}`)
}
