import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { DELIVERY_EVENTS } from '../../schemas/delivery-events.ts'
import { openServer } from '../../store/server.ts'
import type { Store } from '../../store/store.ts'
import { insert } from '../../store/writer.ts'
import { sql } from '../../verdict/sql.ts'
import { FAULTLINE } from '../cli/faultline.ts'
import { temporaryFolder } from '../temporary-folder.ts'
import { freePort } from '../verdict/notify/free-port.ts'
import { traffic } from '../verdict/traffic.ts'

const folder = temporaryFolder()
const running: ChildProcess[] = []
const told: string[] = []
const hook = createServer(async (request, response) => {
  let body = ''
  for await (const chunk of request) body += chunk
  const { notice, incident } = JSON.parse(body)
  told.push(`${notice} ${incident.subject}`)
  response.end()
})
let store: Store
let url = ''

interface Settings {
  data_dir?: string
  url?: string
  evaluator: object
}

/** Starts `faultline serve` in a process of its own; gives it once its page is up. */
async function serve(name: string, settings: Settings, clickhouse: number): Promise<ChildProcess> {
  const file = join(folder, `${name}.yaml`)
  const notify = {
    channels: [
      { name: 'ops', type: 'webhook', url: `http://127.0.0.1:${(hook.address() as AddressInfo).port}/` },
    ],
  }
  const config = { ...settings, notify, web: { port: await freePort() }, clickhouse: { port: clickhouse } }
  writeFileSync(file, JSON.stringify(config))
  const child = spawn(process.execPath, [FAULTLINE, 'serve', '--config', file], {
    env: { ...process.env, FAULTLINE_WRITER_PASSWORD: 'test' },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  running.push(child)
  let said = ''
  for await (const chunk of child.stderr ?? []) {
    said += chunk
    if (said.includes('The page is at')) break
  }
  child.stderr?.resume()
  if (!said.includes('The page is at')) throw new Error(said)
  return child
}

const denied = { reason: 'recipient_access_denied', reply: '554 5.7.1 Access denied' }
/** Ten minutes of mail up to now, in which these domains refuse all. */
const mail = (...refusing: string[]) =>
  insert(
    store,
    'delivery_events',
    DELIVERY_EVENTS,
    traffic(
      { 's1.example': 300, 's2.example': 200, 's3.example': 100 },
      [Date.now() - 600_000, Date.now()],
      ({ domain }) => (refusing.includes(domain) ? denied : 'accepted'),
    ),
    '',
  )

/** The process that holds the lease. */
async function holder(): Promise<number> {
  // Both may have claimed a term at the same time: who holds it the lease's own query says.
  const [row] = await store.query<{ holder: string }>(sql('incidents/lease'), { name: 'evaluator' })
  return Number(row?.holder.split('/')[1] ?? 0)
}

beforeAll(async () => {
  await new Promise<void>((resolve) => hook.listen(0, '127.0.0.1', resolve))
  const port = await freePort()
  await serve('store', { data_dir: join(folder, 'data'), evaluator: { enabled: false } }, port)
  url = `http://writer:test@127.0.0.1:${port}`
  store = openServer(url)
}, 60_000)
afterAll(async () => {
  await store.close()
  for (const child of running.reverse())
    if (child.exitCode === null && child.signalCode === null) {
      child.kill('SIGTERM')
      await once(child, 'exit')
    }
  hook.close()
}, 60_000)

test('of several processes one tells people; killed, another goes on and tells nothing twice', async () => {
  await mail('d3.example')
  const evaluator = { interval_seconds: 1, lease_seconds: 10 }
  const [a, b] = await Promise.all([serve('a', { url, evaluator }, 0), serve('b', { url, evaluator }, 0)])
  await vi.waitFor(() => expect(told).toEqual(['opened d3.example']), { timeout: 20_000, interval: 100 })

  const first = await holder()
  const [killed, left] = first === a.pid ? [a, b] : [b, a]
  expect(killed.pid).toBe(first)
  killed.kill('SIGKILL')
  await once(killed, 'exit')
  await mail('d3.example', 'd7.example')
  await vi.waitFor(() => expect(told).toEqual(['opened d3.example', 'opened d7.example']), {
    timeout: 40_000,
    interval: 100,
  })
  expect(await holder()).toBe(left.pid)
}, 120_000)
