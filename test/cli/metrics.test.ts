import { expect, test } from 'vitest'
import { openMetrics } from '../../cli/metrics/metrics.ts'
import { serveMetrics } from '../../cli/metrics/serve-metrics.ts'
import type { Block } from '../../ingest/block.ts'
import { type DeliveryEventRow, emptyEvent } from '../../schemas/delivery-events.ts'

const event = (change: Partial<DeliveryEventRow>): DeliveryEventRow => ({ ...emptyEvent(), ...change })
const block: Block = {
  first: 10,
  last: 19,
  next: 20,
  bytes: 1234,
  hash: '',
  events: [
    event({ outcome: 'bounced', recipient: 'a@x.example', event_time: Date.now() - 5000 }),
    event({ outcome: 'delivered', event_time: Date.now() - 9000 }),
  ],
  dead: [],
  account: {
    records: 10,
    with_events: 2,
    events: 2,
    correlated: 5,
    dead: 1,
    ignored: new Map([['postfix.smtpd', 2]]),
  },
}

async function text(change: (metrics: ReturnType<typeof openMetrics>) => void): Promise<string> {
  const metrics = openMetrics()
  change(metrics)
  const served = await serveMetrics({ host: '127.0.0.1', port: 0 }, metrics.registry, () => '')
  try {
    return await (await fetch(`${served.url}/metrics`)).text()
  } finally {
    await served.close()
  }
}

test('a stored block is counted by what became of its records', async () => {
  const told = await text((metrics) => metrics.stored(block, { topic: 'mail', partition: 3, seconds: 0.2 }))
  for (const line of [
    'faultline_records_total{topic="mail",disposition="with_events"} 2',
    'faultline_records_total{topic="mail",disposition="correlated"} 5',
    'faultline_records_total{topic="mail",disposition="ignored"} 2',
    'faultline_records_total{topic="mail",disposition="dead"} 1',
    'faultline_ignored_records_total{topic="mail",rule="postfix.smtpd"} 2',
    'faultline_events_total{topic="mail",direction="outbound",outcome="bounced"} 1',
    'faultline_record_bytes_total{topic="mail"} 1234',
    'faultline_insert_seconds_bucket{le="0.25"} 1',
  ])
    expect(told).toContain(`${line}\n`)
  const [, lag] = /^faultline_lag_seconds\{topic="mail"\} ([0-9.]+)$/m.exec(told) ?? []
  expect(Number(lag)).toBeGreaterThanOrEqual(5)
  expect(Number(lag)).toBeLessThan(60)
  expect(told).toMatch(/^process_resident_memory_bytes [0-9]+/m)
})

test('lag is what is fetched and not stored, until another worker has the partition', async () => {
  const told = await text((metrics) => {
    metrics.rebalanced(2)
    metrics.fetched('mail', 3, 45)
    metrics.stored(block, { topic: 'mail', partition: 3, seconds: 0.2 })
  })
  expect(told).toContain('faultline_lag_records{topic="mail",partition="3"} 25\n')
  expect(told).toContain('faultline_assigned_partitions 2\n')
  const after = await text((metrics) => {
    metrics.fetched('mail', 3, 45)
    metrics.rebalanced(0)
  })
  expect(after).not.toContain('faultline_lag_records{')
})

test('no recipient is ever a label', async () => {
  const told = await text((metrics) => metrics.stored(block, { topic: 'mail', partition: 0, seconds: 0 }))
  expect(told).not.toContain('x.example')
})

test('health lives until the end, ready says what is missing', async () => {
  let reason = 'the store does not answer'
  const served = await serveMetrics({ host: '127.0.0.1', port: 0 }, openMetrics().registry, () => reason)
  const ask = async (path: string, method = 'GET') => {
    const answer = await fetch(`${served.url}${path}`, { method })
    return [answer.status, await answer.text()]
  }
  expect(await ask('/health')).toEqual([200, 'ok\n'])
  expect(await ask('/ready')).toEqual([503, 'the store does not answer\n'])
  reason = ''
  expect(await ask('/ready')).toEqual([200, 'ready\n'])
  expect(await ask('/')).toEqual([404, 'there are /metrics, /health and /ready\n'])
  expect((await ask('/metrics', 'POST'))[0]).toBe(405)
  const port = Number(new URL(served.url).port)
  await expect(serveMetrics({ host: '127.0.0.1', port }, openMetrics().registry, () => '')).rejects.toThrow(
    /another program listens there already; choose another address/,
  )
  await served.close()
})
