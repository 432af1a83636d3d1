import { createConnection } from 'node:net'
import type { Server } from '../../schemas/server-address.ts'
import { type Query, type Reply, readMessage } from './wire.ts'

/** Asks over TCP (RFC 7766), one question a connection. Never rejects. */
export function askTcp(
  { host, port }: Server,
  query: Query,
  timeout_ms: number,
  signal: AbortSignal,
): Promise<Reply> {
  return new Promise((resolve) => {
    const socket = createConnection({ host, port })
    const chunks: Buffer[] = []
    let bytes = 0
    const done = (reply: Reply): void => {
      clearTimeout(timer)
      signal.removeEventListener('abort', aborted)
      socket.removeAllListeners()
      socket.on('error', () => {})
      socket.destroy()
      resolve(reply)
    }
    const aborted = () => done('timeout')
    const timer = setTimeout(done, timeout_ms, 'timeout')
    signal.addEventListener('abort', aborted)
    socket.on('error', () => done('unreachable'))
    socket.on('end', () => done('unreachable'))
    socket.on('connect', () => {
      const length = Buffer.alloc(2)
      length.writeUInt16BE(query.bytes.length)
      socket.write(Buffer.concat([length, query.bytes]))
    })
    socket.on('data', (chunk) => {
      chunks.push(chunk)
      bytes += chunk.length
      if (bytes < 2) return
      const all = chunks.length === 1 ? chunk : Buffer.concat(chunks)
      const length = all.readUInt16BE(0)
      if (all.length < 2 + length) {
        chunks.splice(0, chunks.length, all)
        return
      }
      // One question, one answer: another message on this connection is none of ours.
      done(readMessage(all.subarray(2, 2 + length), query) ?? 'unreachable')
    })
    if (signal.aborted) aborted()
  })
}
