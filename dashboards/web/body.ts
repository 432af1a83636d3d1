import type { IncomingMessage } from 'node:http'
import { BadRequest } from './query.ts'

/** The text that a request carries. Throws `BadRequest` where it is longer than `most` bytes. */
export async function readBody(request: IncomingMessage, most: number): Promise<string> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > most) throw new BadRequest(`a request holds at most ${most} bytes`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}
