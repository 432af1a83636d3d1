import { createSocket } from 'node:dgram'
import { decode, encode } from 'dns-packet'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { openUdp } from '../../../enrich/dns/udp.ts'
import { startZoneServer, type ZoneServer } from './zone-server.ts'

let server: ZoneServer
let closing = new AbortController()
beforeAll(async () => {
  server = await startZoneServer()
})
afterAll(() => server.close())
afterEach(() => {
  closing.abort()
  closing = new AbortController()
})

const open = (to: { host: string; port: number }, timeout_ms = 3000) =>
  openUdp(to, timeout_ms, closing.signal)

/** A server that answers each question with wrong ids first, so many, and then truly, so many times. */
async function startGuesser(
  wrong: number,
  times = 1,
): Promise<{ host: string; port: number; close(): void }> {
  const socket = createSocket('udp4')
  socket.on('message', (bytes, { port }) => {
    const { id = 0, questions = [] } = decode(bytes)
    const answer = (at: number) =>
      encode({
        type: 'response',
        id: at & 0xffff,
        flags: 0x8180,
        questions,
        answers: [{ type: 'A', name: questions[0]?.name ?? '', ttl: 60, data: '192.0.2.66' }],
      })
    for (let i = 1; i <= wrong; i++) socket.send(answer(id + i), port, '127.0.0.1')
    for (let i = 0; i < times; i++) socket.send(answer(id), port, '127.0.0.1')
  })
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve))
  return { host: '127.0.0.1', port: socket.address().port, close: () => socket.close() }
}

test('ids are random, and so are the ports, of which several are in use and each serves a few questions', async () => {
  const ask = open(server)
  await Promise.all(Array.from({ length: 60 }, (_, i) => ask(`id${i}.wildcard.test`, 'TXT')))
  // 60 of 65,536: two alike are rare, ten alike are no chance.
  expect(new Set(server.asked.map(({ id }) => id)).size).toBeGreaterThan(50)
  // Sixteen, of which each question takes any.
  const ports = server.asked.map(({ port }) => port)
  expect(new Set(ports).size).toBeGreaterThan(8)
  const steps = ports.slice(1).map((port, i) => port - (ports[i] ?? 0))
  expect(new Set(steps).size).toBeGreaterThan(8)

  for (let i = 0; i < 2000; i++) await ask(`one${i}.wildcard.test`, 'TXT')
  const served = new Map<number, number>()
  for (const { port } of server.asked) served.set(port, (served.get(port) ?? 0) + 1)
  // At most 64 each; the system may draw a port twice.
  expect(Math.max(...served.values())).toBeLessThanOrEqual(128)
  expect(served.size).toBeGreaterThan(2000 / 64 - 3)
}, 30_000)

test('a port that is guessed at is given up at once', async () => {
  const hostile = await startGuesser(100)
  const begun = performance.now()
  expect(await open(hostile)('good.test', 'A')).toBe('timeout')
  expect(performance.now() - begun).toBeLessThan(2500)
  hostile.close()
})

test('a few guesses are passed over', async () => {
  const polite = await startGuesser(10)
  expect(await open(polite)('good.test', 'A')).toMatchObject({ answers: [{ data: '192.0.2.66' }] })
  polite.close()
})

test('answers that all come twice are no guesses', async () => {
  const twice = await startGuesser(0, 2)
  const ask = open(twice)
  for (let i = 0; i < 1000; i++) expect(await ask(`twice${i}.test`, 'A')).toMatchObject({ answers: [{}] })
  twice.close()
}, 30_000)
