import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test, vi } from 'vitest'
import { startEndpoint } from '../../../store/http/endpoint.ts'
import { openServer } from '../../../store/server.ts'
import type { Store } from '../../../store/store.ts'
import { openLease } from '../../../verdict/incidents/lease.ts'
import { migratedStore } from '../../store/temporary-store.ts'

// Each opens a store: a busy machine takes its time.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

// Long enough for inserts on a busy machine: a claim that takes longer is none.
const TIMES = { timeout_ms: 3000, settle_ms: 700 }
const store = await migratedStore()

test('of many that ask at once one gets it, and keeps it', async () => {
  const times = { timeout_ms: 20_000, settle_ms: 2000 }
  const leases = Array.from({ length: 8 }, (_, i) => openLease(store, 'race', `p${i}`, times))
  const first = await Promise.all(leases.map((lease) => lease.hold()))
  expect(first.filter((term) => term !== undefined)).toEqual([1])
  const again = await Promise.all(leases.map((lease) => lease.hold()))
  expect(again).toEqual(first)
  expect(leases.map((lease) => lease.isHeld())).toEqual(first.map((term) => term !== undefined))
})

test('given back, the next one has it at once and under a new term', async () => {
  const [one, two] = [openLease(store, 'back', 'one', TIMES), openLease(store, 'back', 'two', TIMES)]
  expect(await one.hold()).toBe(1)
  expect(await two.hold()).toBeUndefined()
  await one.release()
  expect(await two.hold()).toBe(2)
  expect(await one.hold()).toBeUndefined()
})

test('a holder that stops is followed after the time-out, and knows it itself', async () => {
  const [one, two] = [openLease(store, 'stop', 'one', TIMES), openLease(store, 'stop', 'two', TIMES)]
  expect(await one.hold()).toBe(1)
  await sleep(TIMES.timeout_ms / 2)
  expect(await two.hold()).toBeUndefined()
  await sleep(TIMES.timeout_ms / 2 + 50)
  expect(one.isHeld()).toBe(false)
  expect(await two.hold()).toBe(2)
  // Woken up, it does not take itself for the holder.
  expect(await one.hold()).toBeUndefined()
})

test('a claim whose insert takes too long is none, and holds nobody up', async () => {
  const slow: Store = {
    ...store,
    command: async (...args) => {
      await store.command(...args)
      await sleep(TIMES.settle_ms + 50)
    },
  }
  const [late, next] = [openLease(slow, 'late', 'late', TIMES), openLease(store, 'late', 'next', TIMES)]
  expect(await late.hold()).toBeUndefined()
  expect(late.isHeld()).toBe(false)
  expect(await next.hold()).toBe(2)
})

test('after a restart under its own name it need not wait', async () => {
  expect(await openLease(store, 'own', 'embedded', TIMES).hold()).toBe(1)
  expect(await openLease(store, 'own', 'embedded', TIMES).hold()).toBe(2)
})

test('over ClickHouse’s HTTP interface it is the same lease', async () => {
  const endpoint = await startEndpoint({ store, port: 0, writerPassword: 'test' })
  const url = endpoint.url.replace('http://', 'http://writer:test@')
  const servers = [openServer(url), openServer(url), openServer(url)]
  try {
    const stores = [store, ...servers]
    const leases = stores.map((one, i) =>
      openLease(one, 'http', `p${i}`, { timeout_ms: 20_000, settle_ms: 2000 }),
    )
    const terms = await Promise.all(leases.map((lease) => lease.hold()))
    expect(terms.filter((term) => term !== undefined)).toEqual([1])
    await Promise.all(leases.map((lease) => lease.release()))
    expect(await leases[3]?.hold()).toBe(2)
  } finally {
    await Promise.all(servers.map((server) => server.close()))
    await endpoint.close()
  }
})
