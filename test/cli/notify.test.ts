import { writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { configCommand } from '../../cli/config.ts'
import { notifyCommand } from '../../cli/notify.ts'
import { temporaryFolder } from '../temporary-folder.ts'
import { catchPrinted } from './printed.ts'

const folder = temporaryFolder()
const file = join(folder, 'faultline.yaml')
const bodies: string[] = []
const server = createServer(async (request, response) => {
  let body = ''
  for await (const chunk of request) body += chunk
  bodies.push(body)
  response.writeHead(request.url === '/good/token' ? 200 : 410).end()
})
let origin = ''
const printed = catchPrinted()
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(() => server.close())

const configured = (channels: object[], notify: object = {}) =>
  writeFileSync(file, JSON.stringify({ notify: { ...notify, channels } }))
const good = () => ({ name: 'good', type: 'webhook', url: `${origin}/good/token` })

test('tries each channel and says what came of it', async () => {
  configured([good(), { name: 'gone', type: 'slack', url: `${origin}/gone/token` }])
  expect(await notifyCommand(['test', '--config', file])).toBe(1)
  expect(printed.out).toBe('channel\toutcome\terror\ngood\tsent\t\ngone\tfailed\tHTTP 410\n')
  expect(JSON.parse(bodies[0] ?? '')).toMatchObject({ notice: 'test', incident: { subject: 'test.example' } })
  expect(await notifyCommand(['test', 'good', '--config', file])).toBe(0)
})

test('the configuration that is printed holds no secret', async () => {
  process.env['FAULTLINE_TEST_SECRET'] = 'very secret'
  const proms = { name: 'prom', type: 'alertmanager', url: 'http://me:hidden@alerts.example:9093/' }
  configured([{ ...good(), secret: { env: 'FAULTLINE_TEST_SECRET' } }, proms])
  await configCommand(['--config', file])
  expect(printed.out).not.toMatch(/token|very secret|hidden/)
  expect(printed.out).toContain(`url: ${origin}/***`)
  expect(printed.out).toContain('env: FAULTLINE_TEST_SECRET')
})

test.each<[string, object[], object, string]>([
  ['no channel', [], {}, 'there is no channel'],
  ['no such variable', [{ name: 'a', type: 'slack', url: { env: 'NOT_THERE' } }], {}, 'has no NOT_THERE'],
  ['no such file', [{ name: 'a', type: 'slack', url: { file: '/not/there' } }], {}, 'cannot read the secret'],
  ['an inline secret', [{ name: 'a', type: 'webhook', url: 'http://a/', secret: 'x' }], {}, '{env: NAME}'],
  ['another type', [{ name: 'a', type: 'pager' }], {}, 'webhook, slack, alertmanager or smtp'],
  [
    'a name twice',
    [
      { name: 'a', type: 'slack', url: 'http://a/' },
      { name: 'a', type: 'slack', url: 'http://b/' },
    ],
    {},
    'two channels have one name',
  ],
  [
    'a password without TLS',
    [{ name: 'a', type: 'smtp', host: 'h', from: 'a@b.example', to: ['c@d.example'], user: 'u' }],
    {},
    'must be starttls or implicit',
  ],
  ['a folder of templates that is not there', [], { templates: '/nosuch' }, '/nosuch is no folder'],
])('%s is wrong configuration', async (_what, channels, notify, message) => {
  configured(channels, notify)
  await expect(notifyCommand(['test', '--config', file])).rejects.toThrow(message)
})

test('a template that asks for what there is not is wrong configuration', async () => {
  writeFileSync(join(folder, 'text.txt'), '{{password}}')
  configured([good()], { templates: folder })
  await expect(notifyCommand(['test', '--config', file])).rejects.toThrow('text.txt asks for {{password}}')
  await expect(notifyCommand(['tset', '--config', file])).rejects.toThrow('notify test')
})
