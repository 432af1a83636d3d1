import { createHash, timingSafeEqual } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { EmbeddedStore } from './embedded.ts'
import { boundParameters, unknownSetting } from './http-parameters.ts'
import { openReadOnlyGuard, RefusedStatement } from './read-only.ts'

/** Where the endpoint listens and who may write: without a password nobody may. */
export interface EndpointOptions {
  host?: string
  port?: number
  writerPassword?: string | undefined
}

/** A running endpoint. */
export interface Endpoint {
  url: string
  close(): Promise<void>
}

class Refusal extends Error {
  status: number
  code: number
  constructor(status: number, code: number, message: string) {
    super(message)
    this.status = status
    this.code = code
  }
}

// Error codes of ClickHouse that clients know.
const ACCESS_DENIED = 497
const AUTHENTICATION_FAILED = 516
const UNKNOWN_DATABASE = 81
const UNKNOWN_SETTING = 115
const TOO_LARGE = 307

const MOST_READ_BYTES = 1 << 18
const MOST_WRITE_BYTES = 1 << 28
const NATIVE_INSERT =
  /^INSERT\s+INTO\s+(?:TABLE\s+)?([A-Za-z_][A-Za-z0-9_.]*)\s*\(([^()]*)\)\s*FORMAT\s+Native\s*;?$/i

async function bodyOf(request: IncomingMessage, most: number): Promise<Buffer> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > most) throw new Refusal(413, TOO_LARGE, `a request holds at most ${most} bytes here`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

/** Compared by their hashes, so that the time tells nothing of the password. */
function isSame(given: string, password: string): boolean {
  const hash = (text: string) => createHash('sha256').update(text).digest()
  return timingSafeEqual(hash(given), hash(password))
}

/** Whether the request is the writer's. Throws where it claims to be and is not. */
function isWriter(request: IncomingMessage, password: string | undefined): boolean {
  const [scheme, token = ''] = (request.headers.authorization ?? '').split(' ')
  const [name, ...rest] =
    scheme?.toLowerCase() === 'basic'
      ? Buffer.from(token, 'base64').toString('utf8').split(':')
      : [request.headers['x-clickhouse-user'], String(request.headers['x-clickhouse-key'] ?? '')]
  if (name !== 'writer') return false
  if (password === undefined || password === '' || !isSame(rest.join(':'), password))
    throw new Refusal(
      403,
      AUTHENTICATION_FAILED,
      'writer: Authentication failed: the password is what FAULTLINE_WRITER_PASSWORD held when the store was opened',
    )
  return true
}

/** A stranger's page must neither ask by a name of its own (DNS rebinding) nor send a form to us. */
function checkOrigin({ headers }: IncomingMessage, host: string): void {
  const own = ['localhost', '127.0.0.1', '[::1]', host.includes(':') ? `[${host}]` : host]
  const name = (headers.host ?? '').replace(/:[0-9]{1,5}$/, '').toLowerCase()
  if (!own.includes(name)) throw new Refusal(403, ACCESS_DENIED, 'Host does not name this server')
  if (headers.origin !== undefined && headers.origin !== `http://${headers.host}`)
    throw new Refusal(403, ACCESS_DENIED, 'Origin is another site')
}

const CONTENT_TYPES: Record<string, string> = {
  JSON: 'application/json; charset=UTF-8',
  JSONCompact: 'application/json; charset=UTF-8',
  JSONEachRow: 'application/x-ndjson; charset=UTF-8',
  TabSeparated: 'text/tab-separated-values; charset=UTF-8',
  CSV: 'text/csv; charset=UTF-8; header=absent',
  CSVWithNames: 'text/csv; charset=UTF-8; header=present',
}

/** Serves the embedded store on ClickHouse's HTTP interface. Readers need no password, and only read. */
export async function serveStore(
  store: EmbeddedStore,
  {
    host = '127.0.0.1',
    port = 8123,
    writerPassword = process.env['FAULTLINE_WRITER_PASSWORD'],
  }: EndpointOptions = {},
): Promise<Endpoint> {
  const guard = await openReadOnlyGuard(store.read)

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    checkOrigin(request, host)
    const url = new URL(request.url ?? '/', 'http://store')
    if (url.pathname === '/ping') {
      response.end('Ok.\n')
      return
    }
    if (url.pathname !== '/')
      throw new Refusal(404, ACCESS_DENIED, 'there is nothing here; the query goes to /')
    const parameters = url.searchParams
    const writer = isWriter(request, writerPassword)
    const body = await bodyOf(request, writer ? MOST_WRITE_BYTES : MOST_READ_BYTES)
    const database =
      parameters.get('database') ?? String(request.headers['x-clickhouse-database'] ?? 'faultline')
    if (!['faultline', 'default', ''].includes(database))
      throw new Refusal(
        404,
        UNKNOWN_DATABASE,
        `Database ${JSON.stringify(database)} does not exist; it is faultline`,
      )
    const setting = unknownSetting(parameters)
    if (setting !== undefined)
      throw new Refusal(400, UNKNOWN_SETTING, `Setting ${JSON.stringify(setting)} cannot be changed here`)

    const inUrl = parameters.get('query') ?? ''
    const [, table, columns] = NATIVE_INSERT.exec(inUrl.trim()) ?? []
    if (table !== undefined && columns !== undefined) {
      if (!writer) throw new Refusal(403, ACCESS_DENIED, 'Not enough privileges: only the writer inserts')
      const names = columns.split(',').map((name) => name.trim().replace(/^`([A-Za-z0-9_]+)`$/, '$1'))
      if (!names.every((name) => /^[A-Za-z_][A-Za-z0-9_]*$/.test(name)))
        throw new Refusal(400, ACCESS_DENIED, 'a column has a name of letters, digits and _')
      await store.insertNative(table, names, body, parameters.get('insert_deduplication_token') ?? '')
      response.end()
      return
    }

    const sql = [inUrl, body.toString('utf8')].filter((part) => part !== '').join('\n')
    const format =
      parameters.get('default_format') ?? String(request.headers['x-clickhouse-format'] ?? 'TabSeparated')
    const reading = await guard(sql).catch((error: unknown) => {
      // The formatter knows no rows behind INSERT: the writer's statement goes to the engine as it is.
      if (writer && error instanceof RefusedStatement) return undefined
      throw error
    })
    if (reading === undefined && !writer)
      throw new Refusal(
        403,
        ACCESS_DENIED,
        'Not enough privileges: readers run SELECT, SHOW, DESCRIBE, EXISTS and EXPLAIN',
      )
    const params = boundParameters(parameters, sql)
    const bytes =
      reading === undefined
        ? await store.write(sql, params, format)
        : await store.read(reading, params, format)
    const named = /\bFORMAT\s+([A-Za-z]+)\s*$/.exec(reading ?? '')?.[1] ?? format
    response.setHeader('Content-Type', CONTENT_TYPES[named] ?? 'application/octet-stream')
    response.setHeader('X-ClickHouse-Format', named)
    response.setHeader('X-ClickHouse-Timezone', 'UTC')
    response.end(bytes)
  }

  const server = createServer((request, response) => {
    response.setHeader('X-Content-Type-Options', 'nosniff')
    answer(request, response).catch((error: unknown) => refuse(response, error))
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, resolve)
  })
  const { port: bound } = server.address() as AddressInfo
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${bound}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

/** An error as ClickHouse words it, so that its clients find code and message. */
function refuse(response: ServerResponse, error: unknown): void {
  const message = error instanceof Error ? error.message : String(error)
  const [, told] = /^Code: ([0-9]+)/.exec(message) ?? []
  const code =
    error instanceof Refusal
      ? error.code
      : error instanceof RefusedStatement
        ? ACCESS_DENIED
        : Number(told ?? 1002)
  const status = error instanceof Refusal ? error.status : error instanceof RefusedStatement ? 403 : 400
  response.statusCode = status
  response.setHeader('Content-Type', 'text/plain; charset=UTF-8')
  response.setHeader('X-ClickHouse-Exception-Code', String(code))
  // The rest of a body that was refused unread would be taken for the next request.
  if (status === 413) response.setHeader('Connection', 'close')
  response.end(told === undefined ? `Code: ${code}. DB::Exception: ${message}\n` : `${message}\n`)
}
