import { request } from 'node:http'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { type RunningPage, startPage } from '../../dashboards/web/server.ts'
import { fixedApi, INCIDENT } from './fixed-api.ts'

let page: RunningPage
let done: unknown[] = []
beforeAll(async () => {
  const api = fixedApi({
    act: async (id, asked) => {
      done.push([id, asked])
      return id === INCIDENT.id
    },
  })
  page = await startPage({ port: 0, api })
})
afterAll(() => page.close())
beforeEach(() => {
  done = []
})

const PATH = `/api/incidents/${INCIDENT.id}/actions`
const JSON_TYPE = { 'content-type': 'application/json' }

function send(path: string, headers: Record<string, string>, body: string, method = 'POST') {
  const { port, host } = new URL(page.url)
  return new Promise<{ status: number; error: string; allow: unknown }>((resolve, reject) => {
    const sent = request(
      { host: '127.0.0.1', port, path, method, headers: { host, ...headers } },
      (response) => {
        let text = ''
        response.on('data', (piece) => {
          text += piece
        })
        response.on('end', () =>
          resolve({
            status: response.statusCode ?? 0,
            error: JSON.parse(text || '{}').error ?? '',
            allow: response.headers.allow,
          }),
        )
      },
    )
    sent.on('error', reject).end(body)
  })
}
const origin = () => ({ origin: page.url.slice(0, -1) })

test('does what its own page asks', async () => {
  const { status } = await send(PATH, { ...JSON_TYPE, ...origin() }, '{"action":"muted","mute_seconds":60}')
  expect(status).toBe(200)
  expect(done).toEqual([[INCIDENT.id, { action: 'muted', author: '', text: '', mute_seconds: 60 }]])
  const proxied = { origin: 'https://mail.northwind.example', 'sec-fetch-site': 'same-origin' }
  expect((await send(PATH, { ...JSON_TYPE, ...proxied }, '{"action":"acknowledged"}')).status).toBe(200)
})

test.each<[string, Record<string, string>, number]>([
  ['another site', { ...JSON_TYPE, origin: 'http://evil.example' }, 403],
  ['another port of this machine', { ...JSON_TYPE, origin: 'http://127.0.0.1:1' }, 403],
  ['a sandboxed frame', { ...JSON_TYPE, origin: 'null' }, 403],
  ['nobody', JSON_TYPE, 403],
  ['a browser that says so', { ...JSON_TYPE, 'sec-fetch-site': 'cross-site' }, 403],
  ['a rebound name', { ...JSON_TYPE, host: 'evil.example', origin: 'http://evil.example' }, 421],
])('refuses %s', async (_who, headers, expected) => {
  expect((await send(PATH, headers, '{"action":"acknowledged"}')).status).toBe(expected)
  expect(done).toEqual([])
})

test.each([
  ['{"action":"deleted"}', 'action'],
  ['{"action":"commented"}', 'a comment has words'],
  ['{"action":"muted","mute_seconds":0}', 'mute_seconds'],
  ['{"action":"muted","id":"x"}', 'Unrecognized'],
  ['nothing', 'an action is JSON'],
  [JSON.stringify({ action: 'commented', text: 'x'.repeat(5000) }), 'text'],
  [JSON.stringify({ action: 'commented', text: 'x'.repeat(50_000) }), 'at most'],
])('refuses %.40s', async (body, message) => {
  const answer = await send(PATH, { ...JSON_TYPE, ...origin() }, body)
  expect([answer.status, done]).toEqual([400, []])
  expect(answer.error).toContain(message)
})

test('a form cannot act, reading needs no POST, acting no GET', async () => {
  const form = { 'content-type': 'text/plain', ...origin() }
  expect((await send(PATH, form, '{"action":"acknowledged"}')).status).toBe(400)
  expect(await send(PATH, {}, '', 'GET')).toMatchObject({ status: 405, allow: 'POST' })
  expect(await send('/api/incidents', origin(), '{}')).toMatchObject({ status: 405, allow: 'GET, HEAD' })
  const other = PATH.replace(INCIDENT.id, 'ffffffffff')
  expect((await send(other, { ...JSON_TYPE, ...origin() }, '{"action":"acknowledged"}')).status).toBe(404)
})
