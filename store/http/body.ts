import type { IncomingMessage } from 'node:http'
import { promisify } from 'node:util'
import { brotliDecompress, gunzip, inflate } from 'node:zlib'
import { Refusal } from './errors.ts'

const DECODERS = new Map([
  ['gzip', promisify(gunzip)],
  ['deflate', promisify(inflate)],
  ['br', promisify(brotliDecompress)],
])

const tooLarge = (limit: number) =>
  new Refusal(223, 'QUERY_IS_TOO_LARGE', `The body is larger than the ${limit} bytes that are taken here`)

/** The whole body, unpacked; refused as soon as it is larger than the limit, packed or not. */
export async function readBody(request: IncomingMessage, limit: number): Promise<Buffer> {
  if (Number(request.headers['content-length'] ?? 0) > limit) throw tooLarge(limit)
  const parts: Buffer[] = []
  let size = 0
  for await (const part of request as AsyncIterable<Buffer>) {
    size += part.length
    if (size > limit) throw tooLarge(limit)
    parts.push(part)
  }
  const body = Buffer.concat(parts)
  const encoding = (request.headers['content-encoding'] ?? 'identity').toLowerCase()
  if (encoding === 'identity' || body.length === 0) return body
  const decode = DECODERS.get(encoding)
  if (decode === undefined)
    throw new Refusal(48, 'NOT_IMPLEMENTED', 'The body may be packed with gzip, deflate or br')
  try {
    return await decode(body, { maxOutputLength: limit })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') throw tooLarge(limit)
    throw new Refusal(117, 'INCORRECT_DATA', `The body is not ${encoding}`)
  }
}
