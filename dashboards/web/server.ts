import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { isOwnHost } from '../../store/http/host.ts'
import { accessFault, type PageAccess, rightsOf } from './access.ts'
import { actionTarget, Forbidden, readAction } from './actions.ts'
import type { PageApi } from './api.ts'
import { loadAssets } from './assets.ts'
import { LOGIN, LOGOUT, logIn, logOut } from './login.ts'
import { BadRequest } from './query.ts'
import { type CommandAnswer, jsonReply, type Reply, routesOf } from './routes.ts'

/** Where the page listens, what it shows and to whom. */
export interface PageOptions {
  /** 127.0.0.1 unless told. */
  host?: string
  /** 0 takes any free port. */
  port: number
  /** Further names of this machine that a Host header may give, as of a proxy. */
  names?: readonly string[]
  access?: PageAccess
  api: PageApi
  /** By the names under /api. */
  commands?: Readonly<Record<string, CommandAnswer>>
  /** Told of every failed answer; the reader of the page only learns that it failed. */
  onError?: (error: unknown) => void
}

/** A page that is being served. */
export interface RunningPage {
  url: string
  close(): Promise<void>
}

const HEADERS = {
  // No inline script or style, nothing from elsewhere. Trusted types forbid innerHTML and its kin: the one policy, of
  // page/trusted.js, lets nothing pass but the empty string.
  'Content-Security-Policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; " +
    "form-action 'self'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types default",
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Cache-Control': 'no-store',
}

// What the form of the login is made of.
const OPEN_ASSETS = ['/page.css', '/icon.svg']

/** Serves the built-in page. Throws one line that says what to do where the address can't be had, or not so. */
export async function startPage(options: PageOptions): Promise<RunningPage> {
  const { host = '127.0.0.1', port, names = [], access = {}, api, commands = {}, onError } = options
  const fault = accessFault(host, access)
  if (fault !== undefined) throw new Error(fault)
  const assets = loadAssets()
  const form = assets.get('/login.html')?.body ?? Buffer.from('')
  const routes = routesOf(api, commands)

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = admit(request, host, names)
    const { pathname } = url
    if (access.token !== undefined && pathname === LOGIN) {
      if (request.method !== 'POST') return send(request, response, 200, { type: HTML, body: form })
      const { status, headers, body } = await logIn(request, access.token, form)
      for (const [name, value] of Object.entries(headers)) response.setHeader(name, value)
      return send(request, response, status, { type: HTML, body })
    }
    const rights = rightsOf(request, access)
    if (!rights.may_read && !OPEN_ASSETS.includes(pathname)) {
      if (pathname.startsWith('/api/'))
        throw new Refusal(401, 'this page asks for its token: open it to log in')
      response.setHeader('Location', LOGIN.slice(1))
      return send(request, response, 303, { type: HTML, body: '' })
    }
    if (pathname === LOGOUT) {
      logOut(response)
      response.setHeader('Location', LOGIN.slice(1))
      return send(request, response, 303, { type: HTML, body: '' })
    }
    const asset = assets.get(pathname)
    if (asset !== undefined) return send(request, response, 200, asset)
    if (pathname === '/api/session') return send(request, response, 200, jsonReply(rights))
    const incident = actionTarget(pathname)
    if (incident !== undefined) {
      if (await api.act(incident, await readAction(request, rights)))
        return send(request, response, 200, jsonReply({}))
      throw new Refusal(404, 'there is no such incident')
    }
    const found = await routes(url)
    if (found === undefined) throw new Refusal(404, 'there is nothing at this address')
    send(request, response, 200, found)
  }

  const server = createServer({ maxHeaderSize: 8192 }, (request, response) =>
    answer(request, response).catch((error: unknown) => {
      if (error instanceof Refusal) return sendError(request, response, error.status, error.message)
      if (error instanceof Forbidden) return sendError(request, response, 403, error.message)
      if (error instanceof BadRequest) return sendError(request, response, 400, error.message)
      onError?.(error)
      sendError(request, response, 500, "the store gave no answer; Faultline's own log says why")
    }),
  )
  await listen(server, host, port)
  const bound = (server.address() as AddressInfo).port
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${bound}/`,
    close: () =>
      new Promise((resolve, reject) => {
        server.close((error) => (error ? reject(error) : resolve()))
        server.closeAllConnections()
      }),
  }
}

const HTML = 'text/html; charset=utf-8'

/** A request that is not answered at all, and why. */
class Refusal extends Error {
  readonly status: number
  constructor(status: number, message: string) {
    super(message)
    this.status = status
  }
}

function methodsOf(pathname: string): string[] {
  if (actionTarget(pathname) !== undefined || pathname === LOGOUT) return ['POST']
  return pathname === LOGIN ? ['GET', 'HEAD', 'POST'] : ['GET', 'HEAD']
}

function admit(request: IncomingMessage, host: string, names: readonly string[]): URL {
  if (!isOwnHost(request.headers.host, host, names))
    throw new Refusal(421, 'this server does not go by that name; open it by its address, or as localhost')
  // The path alone is of interest; the base only makes it parse.
  const target = request.url ?? '/'
  const url = target.startsWith('/') && !target.startsWith('//') ? URL.parse(target, 'http://page') : null
  if (url === null) throw new Refusal(400, 'the address is not well formed')
  const allowed = methodsOf(url.pathname)
  if (!allowed.includes(request.method ?? ''))
    throw new Refusal(405, `only ${allowed.join(' and ')} ${allowed.length > 1 ? 'are' : 'is'} answered`)
  // Another site can't read our answers, but could have us work for nothing.
  if (url.pathname.startsWith('/api/') && request.headers['sec-fetch-site'] === 'cross-site')
    throw new Refusal(403, 'another site may not ask')
  return url
}

function sendError(request: IncomingMessage, response: ServerResponse, status: number, error: string): void {
  if (status === 405)
    response.setHeader(
      'Allow',
      methodsOf(URL.parse(request.url ?? '/', 'http://page')?.pathname ?? '/').join(', '),
    )
  send(request, response, status, jsonReply({ error }))
}

function send(
  request: IncomingMessage,
  response: ServerResponse,
  status: number,
  { type, body, filename }: Reply,
): void {
  // A body that we did not read would otherwise be taken for the next request.
  if (status >= 400) response.setHeader('Connection', 'close')
  if (filename !== undefined)
    response.setHeader('Content-Disposition', `attachment; filename="${filename.replace(/[^\w.-]/g, '_')}"`)
  response.writeHead(status, { ...HEADERS, 'Content-Type': type, 'Content-Length': Buffer.byteLength(body) })
  response.end(request.method === 'HEAD' ? undefined : body)
}

function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(plainError(error, host, port)))
    server.listen({ host, port, exclusive: true }, resolve)
  })
}

function plainError(error: NodeJS.ErrnoException, host: string, port: number): Error {
  const why: Record<string, string> = {
    EADDRINUSE: 'another program listens there already; choose another port',
    EACCES: 'ports below 1024 need privileges; choose another port',
    EADDRNOTAVAIL: 'this machine has no such address',
    ENOTFOUND: 'this name has no address',
  }
  return new Error(`the page can't listen on ${host}:${port}: ${why[error.code ?? ''] ?? error.message}`, {
    cause: error,
  })
}
