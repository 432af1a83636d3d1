import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { BLOCKS, type EmbeddedStore } from '../embedded.ts'
import { DATABASE } from '../folder.ts'
import { StoreError } from '../store.ts'
import { roleOf } from './access.ts'
import { type Facts, sendAnswer, sendRefusal, sendText } from './answer.ts'
import { readBody } from './body.ts'
import { engineRefusal, Refusal } from './errors.ts'
import { admitHost } from './host.ts'
import { type Answer, type Asked, type Ground, runStatement } from './run.ts'
import { Slots } from './sessions.ts'
import { fromAddress, type ReaderLimits } from './settings.ts'

/** Where the endpoint listens, what it serves, and what it allows. */
export interface EndpointOptions {
  store: EmbeddedStore
  /** 127.0.0.1 unless told: readers are asked for no password. */
  host?: string
  /** 0 takes any free port. */
  port: number
  /** Without it, nobody may write. */
  writerPassword?: string
  /** Further names of this machine that a Host header may give, as of a container. */
  names?: readonly string[]
  /** Bytes of one request's body, unpacked. */
  maxBody?: number
  limits?: Partial<ReaderLimits>
  /** Statements of readers that run at a time. */
  readers?: number
  /** Told of what is our own fault; the client only learns that something failed. */
  onError?: (error: unknown) => void
}

/** An endpoint that is being served. */
export interface RunningEndpoint {
  url: string
  /** Lets what runs end, then stops. Close it before the store. */
  close(): Promise<void>
}

const MAX_BODY = 128 * 1024 * 1024
const MAX_STATEMENT = 1024 * 1024
const LIMITS: ReaderLimits = {
  max_execution_time: 30,
  max_memory_usage: 1024 ** 3,
  max_result_bytes: 256 * 1024 ** 2,
}
const MAX_WAITING = 200

// A statement keeps one thread of Node's pool (four, unless told otherwise) until it ends: some must stay for others.
const poolReaders = () => Math.max(2, (Number(process.env['UV_THREADPOOL_SIZE']) || 4) - 2)

/** Serves an embedded store on ClickHouse's HTTP interface. Throws one line where the address can't be had. */
export async function startEndpoint(options: EndpointOptions): Promise<RunningEndpoint> {
  const { store, host = '127.0.0.1', port, onError } = options
  const facts = await readFacts(store)
  const ground: Ground = {
    folder: store.folder,
    database: DATABASE,
    limits: { ...LIMITS, ...options.limits },
    tableFunctions: facts.tableFunctions,
    blocks: join(store.folder, BLOCKS),
  }
  const slots = {
    reader: new Slots(options.readers ?? poolReaders(), MAX_WAITING),
    writer: new Slots(1, MAX_WAITING),
  }
  const underWay = new Set<Promise<void>>()
  const server = createServer(
    { maxHeaderSize: 128 * 1024, keepAliveTimeout: 10_000 },
    (request, response) => {
      const done = serve(request, response).finally(() => underWay.delete(done))
      underWay.add(done)
    },
  )

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      admitHost(request, host, options.names ?? [])
      const url = addressOf(request)
      if (await answerSimply(request, response, url, facts)) return
      const role = roleOf(request, url.searchParams, options.writerPassword)
      // What GET asks for is only read, whoever asks.
      const actual = request.method === 'POST' ? role : 'reader'
      const body = await readBody(request, role === 'writer' ? (options.maxBody ?? MAX_BODY) : MAX_STATEMENT)
      const asked = askedBy(request, url.searchParams, actual, body)
      const answer = await slots[actual].run<Answer | undefined>(async () =>
        response.destroyed ? undefined : runStatement(ground, asked),
      )
      if (answer !== undefined) await sendAnswer(request, response, url.searchParams, answer, facts)
    } catch (error) {
      if (error instanceof StoreError || !isForeseen(error)) onError?.(error)
      sendRefusal(request, response, engineRefusal(error), facts)
    }
  }

  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      server.listen({ host, port, exclusive: true }, resolve)
    })
  } catch (error) {
    throw new StoreError(`the store can't be served on ${host}:${port}: ${listenError(error)}`, {
      cause: error,
    })
  }
  const bound = (server.address() as AddressInfo).port
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${bound}`,
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      server.closeIdleConnections()
      await Promise.all(underWay)
      server.closeAllConnections()
      await closed
    },
  }
}

/** Whether an error is the client's: a refusal, or what the engine said of its statement. */
function isForeseen(error: unknown): boolean {
  return error instanceof Refusal || /^Code: \d+/.test(String((error as Error | undefined)?.message))
}

function listenError(error: unknown): string {
  const why: Record<string, string> = {
    EADDRINUSE: 'another program listens there already; choose another port',
    EACCES: 'ports below 1024 need privileges; choose another port',
    EADDRNOTAVAIL: 'this machine has no such address',
  }
  const { code = '', message } = error as NodeJS.ErrnoException
  return why[code] ?? message
}

async function readFacts(store: EmbeddedStore): Promise<Facts & { tableFunctions: ReadonlySet<string> }> {
  const [row] = await store.query<{ version: string; timezone: string; functions: string[] }>(
    'SELECT version() AS version, timezone() AS timezone, ' +
      '(SELECT groupArray(lower(name)) FROM system.table_functions) AS functions',
  )
  if (row === undefined) throw new StoreError('the engine did not say its version')
  return { version: row.version, timezone: row.timezone, tableFunctions: new Set(row.functions) }
}

function addressOf({ url: target = '/' }: IncomingMessage): URL {
  // The path alone is of interest; the base only makes it parse.
  if (!target.startsWith('/') || target.startsWith('//') || !URL.canParse(target, 'http://store'))
    throw new Refusal(36, 'BAD_ARGUMENTS', 'The address is not well formed')
  return new URL(target, 'http://store')
}

/** Answers what needs no statement. */
async function answerSimply(
  { method }: IncomingMessage,
  response: ServerResponse,
  url: URL,
  facts: Facts,
): Promise<boolean> {
  if (method !== 'GET' && method !== 'POST' && method !== 'HEAD')
    throw new Refusal(48, 'NOT_IMPLEMENTED', 'Only GET, HEAD and POST are answered')
  const isAlive = url.pathname === '/ping' || url.pathname === '/replicas_status'
  if (isAlive || (url.pathname === '/' && method !== 'POST' && !url.searchParams.has('query'))) {
    sendText(response, 200, 'Ok.\n', facts)
    return true
  }
  if (url.pathname !== '/') {
    sendText(response, 404, 'There is nothing at this address; statements go to /\n', facts)
    return true
  }
  return false
}

function askedBy(request: IncomingMessage, url: URLSearchParams, role: Asked['role'], body: Buffer): Asked {
  const header = (name: string) => {
    const value = request.headers[name]
    return Array.isArray(value) ? value[0] : value
  }
  if (header('content-type')?.startsWith('multipart/'))
    throw new Refusal(48, 'NOT_IMPLEMENTED', 'A body of several parts is not known here')
  if (url.get('decompress') === '1')
    throw new Refusal(
      48,
      'NOT_IMPLEMENTED',
      'decompress=1 is not known here: pack the body with gzip and say so in Content-Encoding',
    )
  return {
    role,
    query: url.get('query') ?? undefined,
    body,
    database: url.get('database') ?? header('x-clickhouse-database') ?? '',
    format: url.get('default_format') ?? header('x-clickhouse-format') ?? 'TabSeparated',
    ...fromAddress(url),
  }
}
