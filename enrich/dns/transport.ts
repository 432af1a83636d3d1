import { createSocket } from 'node:dgram'
import { createConnection, isIPv6 } from 'node:net'
import type { Server } from '../../schemas/server-address.ts'
import { type Message, type Query, readMessage } from './wire.ts'

/** What came back: an answer, nothing in time, or word that nobody listens there. */
export type Reply = Message | 'timeout' | 'unreachable'

// A burst of datagrams that answer something else is somebody guessing (RFC 5452, 9.2): this attempt is given up.
const MAX_FORGED = 32

/**
 * Asks over UDP from a socket of its own, so that each question has its own random port (RFC 5452, 9.2); connected, so
 * that the kernel drops what others send. What does not answer the question is ignored. Never rejects.
 */
export function askUdp(
  { host, port }: Server,
  query: Query,
  timeout_ms: number,
  signal: AbortSignal,
): Promise<Reply> {
  return new Promise((resolve) => {
    const family = isIPv6(host) ? 6 : 4
    const socket = createSocket({
      type: family === 6 ? 'udp6' : 'udp4',
      // The host is an address: nothing is looked up.
      lookup: (address, _options, done) => done(null, address, family),
    })
    let forged = 0
    const done = (reply: Reply): void => {
      clearTimeout(timer)
      signal.removeEventListener('abort', aborted)
      socket.removeAllListeners()
      // An error after the end is nobody's any more.
      socket.on('error', () => {})
      try {
        socket.close()
      } catch {
        // Closed already, where binding failed.
      }
      resolve(reply)
    }
    const aborted = () => done('timeout')
    const timer = setTimeout(done, timeout_ms, 'timeout')
    signal.addEventListener('abort', aborted)
    socket.on('error', () => done('unreachable'))
    socket.on('message', (bytes) => {
      const message = readMessage(bytes, query)
      if (message !== undefined) done(message)
      else if (++forged >= MAX_FORGED) done('timeout')
    })
    socket.on('connect', () => socket.send(query.bytes, (error) => error && done('unreachable')))
    socket.connect(port, host)
    if (signal.aborted) aborted()
  })
}

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
