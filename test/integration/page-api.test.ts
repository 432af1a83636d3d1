import { execFile, spawn, spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { BOARDS } from '../../dashboards/boards/boards.ts'
import type { PanelAnswer } from '../../dashboards/web/board-answers.ts'
import { temporaryFolder } from '../temporary-folder.ts'

const root = join(import.meta.dirname, '../..')
const cli = join(root, 'cli/faultline.mjs')
const folder = temporaryFolder()
const env = {
  ...process.env,
  FAULTLINE_WEB_PORT: '0',
  FAULTLINE_CLICKHOUSE_PORT: '0',
  FAULTLINE_LOG_LEVEL: 'silent',
}
const run = promisify(execFile)

/** What a command prints as JSON, asked of the process that serves the store. */
async function printed(...args: string[]): Promise<unknown> {
  const { stdout } = await run(process.execPath, [cli, ...args, '--json', '--data-dir', folder], { env })
  return JSON.parse(stdout)
}

let url = ''
let serving: ReturnType<typeof spawn>
beforeAll(async () => {
  const sample = join(root, 'cli/demo/mail.log.zst')
  await run(process.execPath, [cli, 'replay', sample, '--data-dir', folder, '--no-dns'], { env })
  serving = spawn(process.execPath, [cli, 'serve', '--data-dir', folder], { env })
  url = await new Promise((resolve, reject) => {
    let said = ''
    serving.stderr?.on('data', (text) => {
      said += text
      const [, found] = /The page is at (\S+) /.exec(said) ?? []
      if (found !== undefined) resolve(found)
    })
    serving.on('exit', () => reject(new Error(said)))
  })
}, 60_000)
afterAll(async () => {
  const ended = new Promise((resolve) => serving.on('exit', resolve))
  serving.kill('SIGTERM')
  await ended
})

const get = async (path: string) => {
  const answer = await fetch(new URL(path, url))
  return { status: answer.status, value: await answer.json() }
}

const AT = '2026-06-10T12:00:00Z'

test.each([
  ['verdict', `at=${AT}`, ['--at', AT]],
  ['verdict', `at=${AT}&window=1h&all=1`, ['--at', AT, '--window', '1h', '--all']],
  [
    'events',
    `recipient=contoso.example&where=reply_code%3D550&where=stage!%3Dconnect&limit=3`,
    [
      '--recipient',
      'contoso.example',
      '--where',
      'reply_code=550',
      '--where',
      'stage!=connect',
      '--limit',
      '3',
    ],
  ],
  ['events', 'queue_id=none', ['--queue-id', 'none']],
  ['trends', 'by=provider&time=2026-06-10', ['--by', 'provider', '--time', '2026-06-10']],
])(
  '/api/%s?%s is what the command prints',
  async (command, query, args) => {
    expect(await get(`api/${command}?${query}`)).toEqual({
      status: 200,
      value: await printed(command, ...args),
    })
  },
  60_000,
)

test('/api/incidents is what the command prints', async () => {
  expect((await get('api/incidents')).value).toEqual(await printed('incidents'))
}, 60_000)

test('/api/packet gives the packet in three forms', async () => {
  const query = `domain=contoso.example&at=${AT}&no_dns=1`
  const { value } = await get(`api/packet?${query}`)
  const { made_at, ...packet } = value as { made_at: unknown }
  const command = ['packet', '--domain', 'contoso.example', '--at', AT, '--no-dns']
  expect({ ...((await printed(...command)) as object), made_at: undefined }).toEqual({
    ...packet,
    made_at: undefined,
  })
  expect(made_at).toBeDefined()
  const md = await fetch(new URL(`api/packet?${query}&format=md`, url))
  expect(md.headers.get('content-disposition')).toBe('attachment; filename="packet-contoso.example.md"')
  expect(await md.text()).toContain('contoso.example')
  const eml = await fetch(new URL(`api/packet?${query}&format=eml`, url))
  expect(eml.headers.get('content-type')).toBe('message/rfc822')
  expect(await eml.text()).toMatch(/^From: /m)
  expect((await get('api/packet?domain=none.example&no_dns=1')).status).toBe(404)
}, 60_000)

test.each([
  ['events?where=nonsense', 'is no condition'],
  ['events?limit=10001', 'no number from 1 to 10000'],
  ['events?data_dir=/etc', 'unknown parameter'],
  ['events?url=http://evil.example', 'unknown parameter'],
  ['events?recipient', undefined],
  ['verdict?at=yesterday', 'no moment with a zone'],
  ['verdict?watch=1s', 'unknown parameter'],
  ['trends?by=nothing', 'is not known'],
  ['packet', 'what about?'],
  ['packet?incident=--help', 'incident is the id of one'],
  ['packet?incident=ffffffffff', 'there is no incident'],
  ['packet?domain=x.example&format=exe', 'format is json, md or eml'],
  ['packet?domain=x.example&resolver=192.0.2.1:53', 'unknown parameter'],
])('/api/%s is told what is wrong', async (path, message) => {
  const { status, value } = await get(`api/${path}`)
  expect([status, (value as { error?: string }).error]).toEqual(
    message === undefined ? [200, undefined] : [400, expect.stringContaining(message)],
  )
})

test('every panel of every board answers over HTTP, with hostile values too', async () => {
  const hostile = `'"\\;<b>\u202e{x:String}`
  for (const { id, rows, variables } of BOARDS)
    for (const { id: panel } of rows.flatMap(({ panels }) => panels)) {
      const query = new URLSearchParams({ from: '2026-06-10T11:00:00Z', to: AT })
      for (const { name, choices } of variables) if (choices === undefined) query.set(name, hostile)
      const { status, value } = await get(`api/boards/${id}/panels/${panel}?${query}`)
      expect([id, panel, status]).toEqual([id, panel, 200])
      expect((value as PanelAnswer).is_cut).toBe(false)
    }
}, 60_000)

test('a page that others could reach is refused in one line, before anything is opened', () => {
  const { status, stderr } = spawnSync(process.execPath, [cli, 'serve', '--data-dir', join(folder, 'none')], {
    env: { ...env, FAULTLINE_WEB_HOST: '0.0.0.0' },
    encoding: 'utf8',
  })
  expect(status).toBe(2)
  expect(stderr).toMatch(/^faultline serve: the page on 0\.0\.0\.0 could be reached by others: .*\n$/)
})
