import type { IncomingMessage, ServerResponse } from 'node:http'
import { endedSession, isToken, newSession } from './access.ts'
import { isOwnOrigin } from './actions.ts'
import { readBody } from './body.ts'

const MAX_BODY = 4096
const WRONG = '<p class="trouble" role="alert">That is not the token.</p>'

/** The addresses that whoever has no session yet may open, and that end one. */
export const LOGIN = '/login'
export const LOGOUT = '/logout'

/** What the form of `login.html` led to: a session and the way back, or the form again. */
export async function logIn(
  request: IncomingMessage,
  token: string,
  form: Buffer,
): Promise<{ status: number; headers: Record<string, string>; body: string }> {
  if (isOwnOrigin(request)) {
    const given = new URLSearchParams(await readBody(request, MAX_BODY)).get('token') ?? ''
    if (isToken(given, token)) {
      const isSecure = request.headers.origin?.startsWith('https:') ?? false
      return { status: 303, headers: { Location: './', 'Set-Cookie': newSession(token, isSecure) }, body: '' }
    }
  }
  return { status: 401, headers: {}, body: form.toString('utf8').replace('<!-- wrong -->', WRONG) }
}

/** Ends the session of a browser. */
export function logOut(response: ServerResponse): void {
  response.setHeader('Set-Cookie', endedSession())
}
