import { createSocket, type RemoteInfo, type Socket as UdpSocket } from 'node:dgram'
import { createServer, type Server, type Socket } from 'node:net'
import { type Answer, decode, encode, type Packet, type Question } from 'dns-packet'
import { answerFrom, REFUSED, readZone, type Zone, type ZoneAnswer } from './zone.ts'

/** The zones of the first day, and of the day after, when migrate.test has moved. */
export const DAY_1 = ['test.zone', 'neg.test.zone', 'neg2.test.zone', '2.0.192.in-addr.arpa.zone']
export const DAY_2 = ['test.day2.zone', ...DAY_1.slice(1)]

/** What was asked, in order. */
export interface Asked {
  name: string
  type: string
  transport: 'udp' | 'tcp'
  id: number
  /** Port from which it was asked. */
  port: number
}

/** A DNS server on 127.0.0.1, over UDP and TCP on one port. */
export interface ZoneServer {
  host: string
  port: number
  asked: Asked[]
  /** The most questions that were waiting for their answer at a time. */
  readonly most_waiting: number
  /** Answers from other zone files and zones from now on, as the day-2 ones. */
  use(files: readonly string[], own?: readonly Zone[]): void
  /** Stops answering: UDP is silent, TCP refused. `up` brings it back on the same port. */
  down(): Promise<void>
  up(): Promise<void>
  close(): Promise<void>
}

const SERVFAIL = 2
const FORMERR = 1
const AA = 1 << 10
const TC = 1 << 9
const RA = 1 << 7
const FAULT = /(?:^|\.)(timeout|slow|servfail|refused|tc|tcpdead|badid|badq|noedns|flaky|case)\.test$/

// What names under a fault have, where their fault lets it through.
function faulty({ name, type }: Question): ZoneAnswer {
  const data: Record<string, unknown> = {
    A: '192.0.2.77',
    TXT: ['v=spf1 ip4:192.0.2.0/24 -all'],
    MX: { preference: 10, exchange: 'mx1.good.test' },
  }
  const answers = data[type] === undefined ? [] : [{ name, type, ttl: 300, data: data[type] } as Answer]
  return { rcode: 0, answers, authorities: [] }
}

/** Options of a server: its zones, what `slow` means, and how late every answer is, in milliseconds. */
export interface ZoneServerOptions {
  files?: readonly string[]
  /** Zones of one's own, beside those of the files. */
  zones?: readonly Zone[]
  slow_ms?: number
  delay_ms?: number
  /** Recursion available in the answers; without it, only what is authoritative can be believed. */
  recursive?: boolean
  /** Questions that are never answered, beside the names under timeout.test. */
  silent?: (question: Question) => boolean
}

/** Starts a server that speaks DNS on the wire; names under `timeout.test`, `badid.test` and so on play their fault. */
export async function startZoneServer(options: ZoneServerOptions = {}): Promise<ZoneServer> {
  const { files = DAY_1, slow_ms = 400, delay_ms = 0, recursive = true } = options
  let zones: Zone[] = [...files.map(readZone), ...(options.zones ?? [])]
  const asked: Asked[] = []
  const flaky = new Map<string, number>()
  const open = new Set<Socket>()
  let silent = false
  let waiting = 0
  let mostWaiting = 0

  function reply(query: Packet, question: Question, transport: 'udp' | 'tcp'): Packet | undefined {
    const edns = query.additionals?.find((record) => record.type === 'OPT')
    const response = (found: ZoneAnswer, flags = 0): Packet => ({
      type: 'response',
      id: query.id ?? 0,
      flags: AA | (recursive ? RA : 0) | flags | found.rcode,
      questions: [question],
      answers: found.answers,
      authorities: found.authorities,
      ...(edns === undefined
        ? {}
        : {
            additionals: [
              { type: 'OPT', name: '.', udpPayloadSize: 1232, flags: 0, options: [] } as unknown as Answer,
            ],
          }),
    })
    const failed = (rcode: number) => response({ rcode, answers: [], authorities: [] })
    const fault = FAULT.exec(question.name.toLowerCase())?.[1]
    const key = `${question.name} ${question.type}`
    if (options.silent?.(question)) return undefined
    if (fault === undefined) {
      const found = response(answerFrom(zones, question.name, question.type))
      if (transport === 'tcp' || encode(found).length <= (edns?.udpPayloadSize ?? 512)) return found
      return { ...found, flags: (found.flags ?? 0) | TC, answers: [], authorities: [] }
    }
    switch (fault) {
      case 'timeout':
        return undefined
      case 'servfail':
        return failed(SERVFAIL)
      case 'refused':
        return failed(REFUSED)
      case 'tc':
      case 'tcpdead':
        if (transport === 'tcp') return fault === 'tc' ? response(faulty(question)) : undefined
        return response({ rcode: 0, answers: [], authorities: [] }, TC)
      case 'badid': {
        const found = response(faulty(question))
        return { ...found, id: ((found.id ?? 0) + 1) & 0xffff }
      }
      case 'badq':
        return { ...response(faulty(question)), questions: [{ ...question, name: 'other.test' }] }
      case 'noedns':
        return edns === undefined ? response(faulty(question)) : { ...failed(FORMERR), additionals: [] }
      case 'flaky': {
        const times = (flaky.get(key) ?? 0) + 1
        flaky.set(key, times)
        return times % 2 === 1 ? undefined : response(faulty(question))
      }
      case 'case': {
        const shouted = { ...question, name: question.name.toUpperCase() }
        return { ...response(faulty(shouted)), questions: [shouted] }
      }
      default:
        return response(faulty(question))
    }
  }

  function take(bytes: Buffer, transport: 'udp' | 'tcp', port: number, send: (answer: Buffer) => void): void {
    if (silent) return
    let query: Packet
    try {
      query = decode(bytes)
    } catch {
      return
    }
    const [question] = query.questions ?? []
    if (question === undefined) return
    asked.push({ name: question.name, type: question.type, transport, id: query.id ?? 0, port })
    const packet = reply(query, question, transport)
    if (packet === undefined) return
    const late = /\.slow\.test$/i.test(question.name) ? slow_ms : delay_ms
    const answer = encode(packet)
    mostWaiting = Math.max(mostWaiting, ++waiting)
    const done = (): void => {
      waiting--
      if (!silent) send(answer)
    }
    if (late === 0) done()
    else setTimeout(done, late)
  }

  function onTcp(socket: Socket): void {
    let buffer = Buffer.alloc(0)
    open.add(socket)
    socket.on('close', () => open.delete(socket))
    socket.on('error', () => socket.destroy())
    socket.on('data', (chunk) => {
      buffer = Buffer.concat([buffer, chunk])
      while (buffer.length >= 2 && buffer.length >= 2 + buffer.readUInt16BE(0)) {
        const end = 2 + buffer.readUInt16BE(0)
        take(buffer.subarray(2, end), 'tcp', socket.remotePort ?? 0, (answer) => {
          const length = Buffer.alloc(2)
          length.writeUInt16BE(answer.length)
          if (!socket.destroyed) socket.write(Buffer.concat([length, answer]))
        })
        buffer = buffer.subarray(end)
      }
    })
  }

  const { udp, tcp, port } = await bind(onTcp)
  let server: Server | undefined = tcp
  udp.on('message', (bytes: Buffer, from: RemoteInfo) =>
    take(bytes, 'udp', from.port, (answer) => udp.send(answer, from.port, from.address, () => {})),
  )
  const closeTcp = () =>
    new Promise<void>((resolve) => {
      for (const socket of open) socket.destroy()
      if (server === undefined) resolve()
      else server.close(() => resolve())
      server = undefined
    })

  return {
    host: '127.0.0.1',
    port,
    asked,
    get most_waiting() {
      return mostWaiting
    },
    use: (changed, own = []) => {
      zones = [...changed.map(readZone), ...own]
    },
    async down() {
      silent = true
      await closeTcp()
    },
    async up() {
      server = createServer(onTcp)
      await listen(server, port)
      silent = false
    },
    async close() {
      await closeTcp()
      await new Promise<void>((resolve) => udp.close(resolve))
    },
  }
}

const listen = (server: Server, port: number) =>
  new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', resolve)
  })

// A port that is free for UDP may be taken for TCP: the next one then.
async function bind(onTcp: (socket: Socket) => void): Promise<{ udp: UdpSocket; tcp: Server; port: number }> {
  for (let tries = 0; ; tries++) {
    const udp = createSocket('udp4')
    await new Promise<void>((resolve) => udp.bind(0, '127.0.0.1', resolve))
    const { port } = udp.address()
    const tcp = createServer(onTcp)
    try {
      await listen(tcp, port)
      return { udp, tcp, port }
    } catch (error) {
      udp.close()
      if (tries === 20) throw error
    }
  }
}
