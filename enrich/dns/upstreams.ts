import { randomInt } from 'node:crypto'
import type { Server } from '../../schemas/server-address.ts'
import type { RecordType } from './answer.ts'
import { askTcp } from './tcp.ts'
import { type AskUdp, openUdp } from './udp.ts'
import { encodeQuery, type Message, RCODE, type Reply } from './wire.ts'

/** How the servers are asked; times in milliseconds. */
export interface UpstreamOptions {
  servers: readonly Server[]
  /** For one attempt. */
  timeout_ms: number
  /** Attempts for a question, over all servers. */
  attempts: number
  /** Waits for its turn before each question that leaves the machine. */
  turn: () => Promise<void> | undefined
  signal: AbortSignal
  /** Told once when the last server stops answering, and once when one answers again. */
  onAvailability: (available: boolean) => void
}

interface Upstream extends Server {
  askUdp: AskUdp
  /** Attempts without an answer since the last one with. */
  silent: number
  down: boolean
  probing: boolean
  probe_at: number
  probes: number
}

/** The servers behind a resolver. */
export interface Upstreams {
  /** Whether any server answers, as far as is known. */
  readonly available: boolean
  /** Asks a question. `unavailable`: no server answers at present, and none was asked. Never rejects. */
  ask(name: string, type: RecordType): Promise<Message | 'timeout' | 'unavailable'>
}

const SUSPECT_AFTER = 4
const FIRST_PROBE_MS = 500
// A busy machine is slow to see an answer: a server is condemned by this question only.
const MIN_PROBE_TIMEOUT_MS = 500
const MAX_PROBE_MS = 5_000

const isMessage = (reply: Reply): reply is Message => typeof reply === 'object'
const isUsable = ({ rcode, malformed, knows, answers }: Message) =>
  !malformed && (rcode === RCODE.NXDOMAIN || (rcode === RCODE.NOERROR && (knows || answers.length > 0)))

/** Opens the servers of a resolver: the first that works is asked, the next where it fails. */
export function openUpstreams(options: UpstreamOptions): Upstreams {
  const { timeout_ms, attempts, turn, signal, onAvailability } = options
  const upstreams: Upstream[] = options.servers.map((server) => ({
    ...server,
    askUdp: openUdp(server, timeout_ms, signal),
    silent: 0,
    down: false,
    probing: false,
    probe_at: 0,
    probes: 0,
  }))
  let available = true

  function tell(): void {
    const now = upstreams.some(({ down }) => !down)
    if (now !== available) onAvailability(now)
    available = now
  }

  function alive(upstream: Upstream): void {
    upstream.silent = 0
    upstream.probes = 0
    upstream.down = false
    tell()
  }

  // Names that nobody answers must not condemn a server: whether it lives is asked with the root's NS, and any
  // answer will do. While it is down this is all it is asked, with back-off: it comes back without a flood.
  async function probe(upstream: Upstream): Promise<void> {
    if (upstream.probing) return
    upstream.probing = true
    const patience_ms = Math.max(timeout_ms, MIN_PROBE_TIMEOUT_MS)
    const reply = await openUdp(upstream, patience_ms, signal)('', 'NS')
    upstream.probing = false
    if (isMessage(reply)) return alive(upstream)
    upstream.down = true
    upstream.probe_at = Date.now() + Math.min(MAX_PROBE_MS, FIRST_PROBE_MS * 2 ** upstream.probes++)
    tell()
  }

  async function once(upstream: Upstream, name: string, type: RecordType): Promise<Reply> {
    const reply = await upstream.askUdp(name, type)
    if (!isMessage(reply)) {
      upstream.silent++
      if (reply === 'unreachable' || upstream.silent >= SUSPECT_AFTER) void probe(upstream)
      return reply
    }
    alive(upstream)
    // RFC 6891, 7: a server that does not know EDNS is asked without.
    if (reply.rcode === RCODE.FORMERR || reply.rcode === RCODE.NOTIMP) {
      await turn()
      return upstream.askUdp(name, type, false)
    }
    if (!reply.truncated) return reply
    await turn()
    // A truncated answer is no answer: where TCP fails the question stays open.
    return askTcp(upstream, encodeQuery(name, type, randomInt(0x10000)), timeout_ms, signal)
  }

  return {
    get available() {
      return available
    },
    async ask(name, type) {
      let last: Message | undefined
      let tried: Upstream[] = []
      for (let attempt = 0; attempt < attempts && !signal.aborted; attempt++) {
        const now = Date.now()
        for (const upstream of upstreams) if (upstream.down && now >= upstream.probe_at) void probe(upstream)
        const up = upstreams.filter(({ down }) => !down)
        let upstream = up.find((one) => !tried.includes(one))
        if (upstream === undefined) {
          // Each was asked. One of them answered: asking again gives the same.
          if (last !== undefined || up[0] === undefined) break
          tried = []
          upstream = up[0]
        }
        tried.push(upstream)
        const wait = turn()
        if (wait !== undefined) await wait
        const reply = await once(upstream, name, type)
        if (isMessage(reply) && isUsable(reply)) return reply
        if (isMessage(reply) && !reply.truncated) last = reply
      }
      tell()
      return last ?? (available ? 'timeout' : 'unavailable')
    },
  }
}
