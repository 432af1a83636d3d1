import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test, vi } from 'vitest'
import { incidentsCommand } from '../../cli/incidents.ts'
import { openLog } from '../../cli/output/log.ts'
import { serve } from '../../cli/serve.ts'
import { Config } from '../../schemas/config.ts'
import { advance } from '../../verdict/incidents/incident.ts'
import { writeIncidents } from '../../verdict/incidents/incident-store.ts'
import { writeStore } from '../store/temporary-store.ts'
import { temporaryFolder } from '../temporary-folder.ts'
import { item } from '../verdict/items.ts'
import { fill, traffic } from '../verdict/traffic.ts'
import { catchPrinted } from './printed.ts'

// Each opens a store: a busy machine takes its time.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const NOW = Date.now()
const HOSTILE = 'x\u001b[31m\u202e.example'
const folder = temporaryFolder()
const at = ['--data-dir', folder]
let ids: string[] = []

const printed = catchPrinted()
await writeStore(folder, async (store) => {
  const life = { quiet_ms: HOUR, reopen_ms: HOUR, remind_ms: 24 * HOUR, blind_ms: 24 * HOUR }
  const items = [item('recipient_domain', HOSTILE, NOW), item('provider', 'yahoo', NOW)]
  const incidents = advance({
    now: NOW,
    items,
    incidents: [],
    acknowledged: new Set<string>(),
    blind: false,
    life,
  })
  ids = incidents.map(({ id }) => id)
  await writeIncidents(store, incidents, 1)
  const denied = { reason: 'recipient_access_denied', reply: '554 5.7.1 Access denied' }
  await fill(store, [
    ...traffic({ 's1.example': 200, 's2.example': 100 }, [NOW - 10 * MINUTE, NOW], ({ domain }) =>
      domain === 'd3.example' ? denied : undefined,
    ),
  ])
})

async function json(...args: string[]) {
  printed.out = ''
  expect(await incidentsCommand([...args, ...at, '--json'])).toBe(0)
  return JSON.parse(printed.out)
}

test('lists, shows and keeps what people do, where nobody serves the store', async () => {
  const [id = ''] = ids
  expect((await json()).map(({ subject }: { subject: string }) => subject).sort()).toEqual([HOSTILE, 'yahoo'])
  expect(await incidentsCommand(['ack', id.slice(0, 8), 'on', 'it', '--by', 'eve', ...at])).toBe(0)
  expect(printed.out).toContain('eve: on it')
  expect(printed.out).not.toContain('\u001b')
  expect(await incidentsCommand(['mute', id, '--for', '1h', '--by', 'eve', ...at])).toBe(0)
  const seen = await json('show', id)
  expect(seen).toMatchObject({ acknowledged_by: 'eve', muted_by: 'eve', comments: [{ text: 'on it' }] })
  expect(Date.parse(seen.muted_until)).toBeGreaterThan(NOW + HOUR - MINUTE)
  await incidentsCommand(['unack', id, ...at])
  await incidentsCommand(['unmute', id, ...at])
  expect(await json('show', id)).toMatchObject({ acknowledged_by: '', muted_until: '' })
  printed.out = ''
  await incidentsCommand(['list', '--csv', ...at])
  expect(printed.out.split('\r\n')).toHaveLength(4)
})

test('while a process serves the store it opens what it finds, and is asked over its page', async () => {
  const [id = ''] = ids
  const config = Config.parse({
    data_dir: folder,
    web: { port: 0 },
    clickhouse: { port: 0 },
    log_level: 'silent',
  })
  vi.stubEnv('FAULTLINE_WRITER_PASSWORD', 'test')
  const served = await serve(config, openLog(config))
  vi.unstubAllEnvs()
  try {
    const endpoint = readFileSync(join(folder, 'endpoint.url'), 'utf8')
    const writer = ['--url', endpoint.replace('http://', 'http://writer:test@')]
    expect(await incidentsCommand(['comment', id, 'from afar', '--by', 'mallory', ...writer])).toBe(0)
    await expect(incidentsCommand(['ack', id, '--url', endpoint])).rejects.toThrow(
      /privileges|only the writer/i,
    )
    expect(await incidentsCommand(['comment', id, "o'hara:", 'asked them', '--by', 'eve', ...at])).toBe(0)
    expect((await json('show', id)).comments.at(-1)).toMatchObject({
      text: "o'hara: asked them",
      author: 'eve',
    })
    // The evaluator is at work in that process: its first round judges what was just logged.
    await vi.waitFor(
      async () =>
        expect((await json()).map(({ subject }: { subject: string }) => subject)).toContain('d3.example'),
      { timeout: 20_000, interval: 500 },
    )
    const asked = async (path: string) => (await fetch(`${served.url}api/${path}`)).json()
    expect(await asked('incidents')).toContainEqual(expect.objectContaining({ subject: 'd3.example' }))
    expect(await asked('channels')).toEqual([])
  } finally {
    await served.close()
  }
  // Everything is still there when it is gone.
  expect((await json()).map(({ subject }: { subject: string }) => subject)).toContain('d3.example')
}, 40_000)

test.each([
  [['show'], 'which incident?'],
  [['show', 'ffff'], 'there is no incident "ffff"'],
  [['show', "' OR 1"], 'there is no incident'],
  [['dance', 'aa'], '"dance" is not known; use list, show, ack'],
  [['comment', 'aa'], 'a comment has words'],
  [['mute', 'aa', '--for', 'long'], 'is no duration'],
  [['mute', 'aa', '--for', '999d'], 'at most 366d'],
])('%j is wrong use', async (args, message) => {
  await expect(incidentsCommand([...args, ...at])).rejects.toThrow(message)
})
