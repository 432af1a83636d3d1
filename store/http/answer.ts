import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { promisify } from 'node:util'
import { brotliCompress, deflate, gzip } from 'node:zlib'
import { errorText, type Refusal } from './errors.ts'
import { toFrames } from './frames.ts'
import { toRevision } from './revision.ts'
import type { Answer } from './run.ts'

/** What answers say of the engine. */
export interface Facts {
  version: string
  timezone: string
}

const ENCODERS = [
  ['gzip', promisify(gzip)],
  ['br', promisify(brotliCompress)],
  ['deflate', promisify(deflate)],
] as const

const TYPES: [format: RegExp, type: string][] = [
  [/^(?:TabSeparated|TSV)/, 'text/tab-separated-values; charset=UTF-8'],
  [/^CSV/, 'text/csv; charset=UTF-8'],
  [/^JSON.*EachRow|^JSONLines|^NDJSON/, 'application/x-ndjson; charset=UTF-8'],
  [/^JSON/, 'application/json; charset=UTF-8'],
  [/^XML$/, 'application/xml; charset=UTF-8'],
  [/^(?:Native|RowBinary|Parquet|Arrow|ORC|Avro|MsgPack|BSON|Npy)/, 'application/octet-stream'],
]

function headers({ version, timezone }: Facts): Record<string, string> {
  return {
    'X-ClickHouse-Server-Display-Name': 'faultline',
    'X-ClickHouse-Server-Version': version,
    'X-ClickHouse-Timezone': timezone,
    'X-Content-Type-Options': 'nosniff',
    'Cache-Control': 'no-store',
  }
}

/** The request's own id where it can stand in a header, a new one otherwise. */
function queryId(url: URLSearchParams): string {
  const id = url.get('query_id') ?? ''
  return /^[\x21-\x7e]{1,128}$/.test(id) ? id : randomUUID()
}

/** Sends rows, packed where the request wants it. */
export async function sendAnswer(
  request: IncomingMessage,
  response: ServerResponse,
  url: URLSearchParams,
  answer: Answer,
  facts: Facts,
): Promise<void> {
  const { format } = answer
  const revision = Number(url.get('client_protocol_version') ?? 0)
  const rows = format === 'Native' && revision > 0 ? toRevision(answer.bytes, revision) : answer.bytes
  const bytes = url.get('compress') === '1' ? await toFrames(rows) : rows
  const wanted = url.get('enable_http_compression') === '1' ? (request.headers['accept-encoding'] ?? '') : ''
  const encoder =
    bytes.length > 0 ? ENCODERS.find(([name]) => new RegExp(`\\b${name}\\b`).test(wanted)) : undefined
  const body = encoder === undefined ? bytes : await encoder[1](bytes)
  response.writeHead(200, {
    ...headers(facts),
    'X-ClickHouse-Query-Id': queryId(url),
    'X-ClickHouse-Summary': JSON.stringify({ result_bytes: String(bytes.length) }),
    ...(format !== '' && { 'X-ClickHouse-Format': format }),
    ...(encoder !== undefined && { 'Content-Encoding': encoder[0] }),
    'Content-Type': TYPES.find(([of]) => of.test(format))?.[1] ?? 'text/plain; charset=UTF-8',
    'Content-Length': body.length,
  })
  response.end(request.method === 'HEAD' ? undefined : body)
}

/** Sends an error as ClickHouse does: its code in a header, its text in the body. */
export function sendRefusal(
  request: IncomingMessage,
  response: ServerResponse,
  refusal: Refusal,
  facts: Facts,
): void {
  if (response.headersSent || response.destroyed) return
  response.setHeader('X-ClickHouse-Exception-Code', refusal.code)
  // A body that we did not read would otherwise be taken for the next request.
  if (!request.complete) response.setHeader('Connection', 'close')
  sendText(response, refusal.status, errorText(refusal, facts.version), facts)
}

/** Sends a line of text. */
export function sendText(response: ServerResponse, status: number, text: string, facts: Facts): void {
  response.writeHead(status, {
    ...headers(facts),
    'Content-Type': 'text/plain; charset=UTF-8',
    'Content-Length': Buffer.byteLength(text),
  })
  response.end(text)
}
