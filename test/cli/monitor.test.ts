import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { expect, test } from 'vitest'
import { metricsFlags, openMonitor } from '../../cli/metrics/monitor.ts'
import { openEmbedded } from '../../store/embedded.ts'
import { migrate } from '../../store/migrate.ts'
import { encodeNative } from '../../store/native.ts'
import { openServer } from '../../store/server.ts'

async function opened(readsKafka: boolean) {
  let url = ''
  const write = (line: string): void => {
    url = JSON.parse(line).url
  }
  const log = pino({ level: 'info' }, { write })
  const stop = new AbortController()
  const monitor = await openMonitor({ metrics: { host: '127.0.0.1', port: 0 } }, readsKafka, log, stop.signal)
  const ask = async (path: string) => {
    const answer = await fetch(`${url}${path}`)
    return `${answer.status} ${(await answer.text()).trim()}`
  }
  return { monitor, ask, stop }
}

test('ready says what is missing, until it is told to stop; health lives on', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'faultline-monitor-'))
  const { monitor, ask, stop } = await opened(true)
  const embedded = await openEmbedded(folder)
  try {
    expect(await ask('/ready')).toBe('503 the store is not open yet')
    await migrate(embedded)
    const store = monitor.watch(embedded)
    expect(await ask('/ready')).toBe('503 not a member of the consumer group')
    monitor.kafka.rebalanced?.(3)
    expect(await ask('/ready')).toBe('200 ready')
    // A block that the engine refuses, as it does where the disk is full.
    await expect(store.insertNative('no_such_table', ['x'], Buffer.alloc(0), '')).rejects.toThrow()
    expect(await ask('/ready')).toMatch(/^503 the store does not take rows: .*no_such_table/)
    await store.query('SELECT 1')
    expect(await ask('/ready')).toMatch(/^503 the store does not take rows/)
    await store.command('CREATE TABLE no_such_table (x String) ENGINE = Memory')
    await store.insertNative('no_such_table', ['x'], encodeNative([['x', 'String']], [{ x: 'a' }]), '')
    expect(await ask('/ready')).toBe('200 ready')
    monitor.kafka.left?.()
    expect(await ask('/ready')).toBe('503 not a member of the consumer group')
    monitor.kafka.rebalanced?.(3)
    await expect.poll(() => ask('/metrics')).toContain('faultline_silent_sources{kind="log_host"} 0')
    stop.abort()
    expect(await ask('/ready')).toBe('503 stopping')
    expect(await ask('/health')).toBe('200 ok')
  } finally {
    await embedded.close()
    await monitor.close()
    rmSync(folder, { recursive: true })
  }
  await expect(ask('/health')).rejects.toThrow()
}, 30_000)

test('a server that does not answer is said, without its password', async () => {
  const { monitor, ask } = await opened(false)
  const store = monitor.watch(openServer('http://writer:sesame99@127.0.0.1:1'))
  try {
    await expect.poll(() => ask('/ready')).toContain('503 the store does not take rows: http://127.0.0.1:1: ')
    expect(await ask('/ready')).not.toContain('sesame')
  } finally {
    await store.close()
    await monitor.close()
  }
})

test('--metrics takes an address', () => {
  expect(metricsFlags('127.0.0.1:9464')).toEqual({ 'metrics.host': '127.0.0.1', 'metrics.port': 9464 })
  expect(metricsFlags('[::1]:9464')).toEqual({ 'metrics.host': '::1', 'metrics.port': 9464 })
  expect(metricsFlags(undefined)).toEqual({})
  for (const wrong of ['9464', 'host', 'a b:1', 'host:99999', '::1:80'])
    expect(() => metricsFlags(wrong), wrong).toThrow(/is no address; write HOST:PORT/)
})
