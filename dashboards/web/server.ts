import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { isOwnHost } from '../../store/http/host.ts'
import { actionTarget, Forbidden, readAction } from './actions.ts'
import type { PageApi, PageQuery } from './api.ts'
import { loadAssets } from './assets.ts'
import { BadRequest, readQuery } from './query.ts'

/** Where the page listens, and what it shows. */
export interface PageOptions {
  /** 127.0.0.1 unless told: the page asks no one for a password. */
  host?: string
  /** 0 takes any free port. */
  port: number
  api: PageApi
  /** Told of every failed answer; the reader of the page only learns that it failed. */
  onError?: (error: unknown) => void
}

/** A page that is being served. */
export interface RunningPage {
  url: string
  close(): Promise<void>
}

const HEADERS = {
  // No inline script or style, nothing from elsewhere; trusted types forbid innerHTML and its kin altogether.
  'Content-Security-Policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'",
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Cache-Control': 'no-store',
}

/** Serves the built-in page. Throws one line that says what to do where the address can't be had. */
export async function startPage({
  host = '127.0.0.1',
  port,
  api,
  onError,
}: PageOptions): Promise<RunningPage> {
  const assets = loadAssets()
  const answer = sharedAnswers(api)
  const server = createServer({ maxHeaderSize: 8192 }, async (request, response) => {
    try {
      const url = admit(request, host)
      const asset = assets.get(url.pathname)
      if (asset !== undefined) return send(request, response, 200, asset.type, asset.body)
      const incident = actionTarget(url.pathname)
      if (incident !== undefined) {
        if (!(await api.act(incident, await readAction(request))))
          return sendError(request, response, 404, 'there is no such incident')
        return send(request, response, 200, 'application/json; charset=utf-8', '{}')
      }
      const body = await answer(url)
      if (body === undefined) return sendError(request, response, 404, 'there is nothing at this address')
      send(request, response, 200, 'application/json; charset=utf-8', body)
    } catch (error) {
      if (error instanceof Refusal) return sendError(request, response, error.status, error.message)
      if (error instanceof Forbidden) return sendError(request, response, 403, error.message)
      if (error instanceof BadRequest) return sendError(request, response, 400, error.message)
      onError?.(error)
      sendError(request, response, 500, "the store gave no answer; Faultline's own log says why")
    }
  })
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

/** A request that is not answered at all, and why. */
class Refusal extends Error {
  readonly status: number
  constructor(status: number, message: string) {
    super(message)
    this.status = status
  }
}

function admit(request: IncomingMessage, host: string): URL {
  if (!isOwnHost(request.headers.host, host))
    throw new Refusal(421, 'this server does not go by that name; open it by its address, or as localhost')
  // The path alone is of interest; the base only makes it parse.
  const target = request.url ?? '/'
  const url = target.startsWith('/') && !target.startsWith('//') ? URL.parse(target, 'http://page') : null
  if (url === null) throw new Refusal(400, 'the address is not well formed')
  const allowed = actionTarget(url.pathname) === undefined ? ['GET', 'HEAD'] : ['POST']
  if (!allowed.includes(request.method ?? ''))
    throw new Refusal(405, `only ${allowed.join(' and ')} ${allowed.length > 1 ? 'are' : 'is'} answered`)
  // Another site can't read our answers, but could have us work for nothing.
  if (url.pathname.startsWith('/api/') && request.headers['sec-fetch-site'] === 'cross-site')
    throw new Refusal(403, 'another site may not ask')
  return url
}

/** Answers as JSON text. Pages that ask the same while an answer is under way share it: the engine works once. */
function sharedAnswers(api: PageApi): (url: URL) => Promise<string | undefined> {
  const routes = new Map<string, (query: PageQuery) => Promise<unknown>>([
    ['/api/judgement', (query) => api.judgement(query)],
    ['/api/breadth', (query) => api.breadth(query)],
    ['/api/replies', (query) => api.replies(query)],
    ['/api/account', () => api.account()],
    ['/api/incidents', () => api.incidents()],
  ])
  const underWay = new Map<string, Promise<string>>()
  return async (url) => {
    const route = routes.get(url.pathname)
    if (route === undefined) return undefined
    const query = readQuery(url.searchParams)
    const key = JSON.stringify([url.pathname, query])
    let answer = underWay.get(key)
    if (answer === undefined) {
      answer = route(query)
        .then((value) => JSON.stringify(value))
        .finally(() => underWay.delete(key))
      underWay.set(key, answer)
    }
    return answer
  }
}

function sendError(request: IncomingMessage, response: ServerResponse, status: number, error: string): void {
  if (status === 405) response.setHeader('Allow', error.includes('POST') ? 'POST' : 'GET, HEAD')
  send(request, response, status, 'application/json; charset=utf-8', JSON.stringify({ error }))
}

function send(
  request: IncomingMessage,
  response: ServerResponse,
  status: number,
  type: string,
  body: string | Buffer,
): void {
  // A body that we did not read would otherwise be taken for the next request.
  if (status >= 400) response.setHeader('Connection', 'close')
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
