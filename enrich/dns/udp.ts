import { randomInt } from 'node:crypto'
import { createSocket, type Socket } from 'node:dgram'
import { isIPv6 } from 'node:net'
import type { Server } from '../../schemas/server-address.ts'
import type { RecordType } from './answer.ts'
import { encodeQuery, type Query, type Reply, readMessage } from './wire.ts'

/** Asks one server over UDP. Never rejects; `edns: false` for a server that does not know it. */
export type AskUdp = (name: string, type: RecordType, edns?: boolean) => Promise<Reply>

// RFC 5452, 9.2: an answer has to hit the port and the id of its question, both random, and many ports are in use at a
// time. A socket for each question costs more than the question; one that is kept for long could be found out. So a port
// serves a few questions or seconds, each question takes one of several by chance, and the kernel drops what does not
// come from the server, for sockets are connected.
const PORTS = 16
const MAX_QUESTIONS = 64
const MAX_AGE_MS = 5_000
// A burst of datagrams that answer something else is somebody guessing (RFC 5452, 9.2): the port is given up.
const MAX_FORGED = 32

interface Waiting {
  query: Query
  port: Port
  /** Milliseconds of the monotonic clock. */
  ends: number
  resolve: (reply: Reply) => void
}

interface Port {
  socket: Socket
  /** By id, until the port ends: what comes late or twice is not forged. */
  asked: Map<number, Waiting>
  waiting: number
  /** Questions that it may still take. */
  left: number
  forged: number
  /** What is sent once the socket is connected. */
  unsent: Buffer[] | undefined
  /** Takes no more questions; closed with its last answer. */
  over: boolean
}

/** Opens the ports to a server. After the signal every question is answered with `timeout`. */
export function openUdp({ host, port: serverPort }: Server, timeout_ms: number, signal: AbortSignal): AskUdp {
  const family = isIPv6(host) ? 6 : 4
  const ports: (Port | undefined)[] = Array(PORTS).fill(undefined)
  // All wait equally long: the first in is the first to run out.
  const waiting = new Set<Waiting>()
  let timer: NodeJS.Timeout | undefined

  function settle(one: Waiting, reply: Reply): void {
    if (!waiting.delete(one)) return
    const { port } = one
    port.waiting--
    if (port.over && port.waiting === 0) close(port)
    if (waiting.size === 0) {
      clearTimeout(timer)
      timer = undefined
    }
    one.resolve(reply)
  }

  function close({ socket }: Port): void {
    socket.removeAllListeners()
    // An error after the end is nobody's any more.
    socket.on('error', () => {})
    try {
      socket.close()
    } catch {
      // Closed already, where binding failed.
    }
  }

  function retire(port: Port): void {
    if (port.over) return
    port.over = true
    const at = ports.indexOf(port)
    if (at !== -1) ports[at] = undefined
    if (port.waiting === 0) close(port)
  }

  /** Gives a port up with all that waits on it. */
  function end(port: Port, reply: Reply): void {
    retire(port)
    for (const one of port.asked.values()) settle(one, reply)
  }

  function read(port: Port, bytes: Buffer): void {
    const one = bytes.length < 2 ? undefined : port.asked.get(bytes.readUInt16BE(0))
    const message = one && readMessage(bytes, one.query)
    if (one === undefined || message === undefined) {
      if (++port.forged >= MAX_FORGED) end(port, 'timeout')
      return
    }
    settle(one, message)
  }

  function openPort(): Port {
    const socket = createSocket({
      type: family === 6 ? 'udp6' : 'udp4',
      // The host is an address: nothing is looked up.
      lookup: (address, _options, done) => done(null, address, family),
    })
    const port: Port = {
      socket,
      asked: new Map(),
      waiting: 0,
      left: MAX_QUESTIONS,
      forged: 0,
      unsent: [],
      over: false,
    }
    socket.on('error', () => end(port, 'unreachable'))
    socket.on('message', (bytes) => read(port, bytes))
    socket.on('connect', () => {
      for (const bytes of port.unsent ?? []) socket.send(bytes)
      port.unsent = undefined
    })
    socket.connect(serverPort, host)
    // What waits keeps the process, by its timer; an open port does not.
    socket.unref()
    setTimeout(retire, MAX_AGE_MS, port).unref()
    return port
  }

  function anyPort(): Port {
    const at = randomInt(PORTS)
    const port = ports[at] ?? openPort()
    ports[at] = port
    return port
  }

  function freeId({ asked }: Port): number {
    for (;;) {
      const id = randomInt(0x10000)
      if (!asked.has(id)) return id
    }
  }

  function runOut(): void {
    timer = undefined
    const now = performance.now()
    for (const one of waiting) {
      if (one.ends > now) {
        timer = setTimeout(runOut, one.ends - now)
        return
      }
      settle(one, 'timeout')
    }
  }

  signal.addEventListener('abort', () => {
    for (const port of ports) if (port !== undefined) retire(port)
    for (const one of waiting) settle(one, 'timeout')
  })

  return (name, type, edns = true) =>
    new Promise((resolve) => {
      if (signal.aborted) return resolve('timeout')
      const port = anyPort()
      const query = encodeQuery(name, type, freeId(port), edns)
      const one: Waiting = { query, port, ends: performance.now() + timeout_ms, resolve }
      port.asked.set(query.id, one)
      port.waiting++
      waiting.add(one)
      timer ??= setTimeout(runOut, timeout_ms)
      if (port.unsent !== undefined) port.unsent.push(query.bytes)
      else port.socket.send(query.bytes)
      if (--port.left === 0) retire(port)
    })
}
