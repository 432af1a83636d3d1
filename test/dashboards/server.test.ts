import { request } from 'node:http'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type RunningPage, startPage } from '../../dashboards/web/server.ts'
import { isOwnHost } from '../../store/http/host.ts'
import { fixedApi, NO_BREADTH } from './fixed-api.ts'

let page: RunningPage
const errors: unknown[] = []
const api = fixedApi({
  breadth: async () => {
    throw new Error('secret: /var/lib/faultline is gone')
  },
})
beforeAll(async () => {
  page = await startPage({ port: 0, api, onError: (error) => errors.push(error) })
})
afterAll(() => page.close())

interface Answer {
  status: number
  headers: Record<string, unknown>
  body: string
}

// fetch() sets Host itself, so the plain client asks.
function ask(path: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const port = new URL(page.url).port
    const sent = request({ host: '127.0.0.1', port, path, method, headers }, (response) => {
      let body = ''
      response.setEncoding('utf8').on('data', (piece) => {
        body += piece
      })
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body }))
    })
    sent.on('error', reject).end()
  })
}

test('serves the page and its parts with their types', async () => {
  expect((await ask('/')).headers['content-type']).toBe('text/html; charset=utf-8')
  expect((await ask('/main.js')).headers['content-type']).toBe('text/javascript; charset=utf-8')
  expect((await ask('/page.css')).headers['content-type']).toBe('text/css; charset=utf-8')
  expect(JSON.parse((await ask('/api/judgement')).body)).toHaveLength(2)
  expect(JSON.parse((await ask('/api/account?')).body)).toHaveProperty('read', 120000)
})

test('allows nothing inline and nothing from elsewhere, on errors too', async () => {
  for (const path of ['/', '/api/account', '/none']) {
    const { headers } = await ask(path)
    expect(headers['content-security-policy']).toMatch(
      /^default-src 'none'; script-src 'self'; style-src 'self';/,
    )
    expect(headers['content-security-policy']).not.toContain('unsafe')
    expect(headers).toMatchObject({ 'x-content-type-options': 'nosniff', 'referrer-policy': 'no-referrer' })
    expect(headers).not.toHaveProperty('access-control-allow-origin')
  }
  const index = (await ask('/')).body
  expect(index).not.toMatch(/<script(?![^>]*\bsrc=)|\sstyle=|\son\w+=|https?:/)
})

test.each([
  'evil.example',
  '127.0.0.1.evil.example',
  'localhost.evil.example',
  'evil.example:8080',
  'a@localhost',
  '10.0.0.1',
  'localhost, evil.example',
])('turns away the host name %j', async (host) =>
  expect((await ask('/api/account', { host })).status).toBe(421),
)

test.each(['localhost', 'LOCALHOST:9090', '127.0.0.1:1', '[::1]:8080'])('answers as %j', async (host) => {
  expect((await ask('/api/account', { host })).status).toBe(200)
})

test('goes by any address, but no name, when bound to all', () => {
  expect(isOwnHost('192.0.2.7:8080', '0.0.0.0')).toBe(true)
  expect(isOwnHost('[2001:db8::7]:8080', '::')).toBe(true)
  expect(isOwnHost('evil.example', '0.0.0.0')).toBe(false)
  expect(isOwnHost('192.0.2.7', '127.0.0.1')).toBe(false)
  expect(isOwnHost('mail.litware.example:80', 'mail.litware.example')).toBe(true)
  expect(isOwnHost(undefined, '127.0.0.1')).toBe(false)
})

test('only reads', async () => {
  for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH'])
    expect(await ask('/api/account', {}, method)).toMatchObject({
      status: 405,
      headers: { allow: 'GET, HEAD' },
    })
  const head = await ask('/', {}, 'HEAD')
  expect(head).toMatchObject({ status: 200, body: '' })
  expect(Number(head.headers['content-length'])).toBeGreaterThan(500)
})

test.each([
  ['at=yesterday', 'at is a time with its zone'],
  ['at=2026-11-24T08:30:00', 'with its zone'],
  ['at=2026-99-24T08:30:00Z', 'with its zone'],
  ['window=1y', 'window is a length from 1m to 31d'],
  ['window=0m', 'window is a length'],
  ['window=32d', 'window is a length'],
  ['window=99999d', 'window is a length'],
  ['direction=sideways', 'direction is outbound or inbound'],
  ['limit=0', 'limit is a whole number from 1 to 100'],
  ['limit=101', 'limit is'],
  ['limit=1e1', 'limit is'],
  ['limit=5&limit=6', 'limit is given twice'],
  ['sql=DROP', 'unknown parameter'],
])('refuses ?%s', async (query, message) => {
  const { status, body } = await ask(`/api/judgement?${query}`)
  expect(status).toBe(400)
  expect(JSON.parse(body).error).toContain(message)
})

test('hands valid parameters on', async () => {
  const seen: unknown[] = []
  const other = await startPage({
    port: 0,
    api: fixedApi({
      breadth: async (query) => {
        seen.push(query)
        return NO_BREADTH
      },
    }),
  })
  await fetch(`${other.url}api/breadth?at=2026-11-24T09:30:00%2B01:00&window=6h&direction=inbound&limit=5`)
  await fetch(`${other.url}api/breadth`)
  await other.close()
  expect(seen).toEqual([
    { at: Date.UTC(2026, 10, 24, 8, 30), window_ms: 21_600_000, direction: 'inbound', limit: 5 },
    { at: undefined, window_ms: 900_000, direction: undefined, limit: 20 },
  ])
})

test('asks the store once for equal questions at one time', async () => {
  let asked = 0
  const slow = async () => {
    asked++
    await new Promise((resolve) => setTimeout(resolve, 100))
    return NO_BREADTH
  }
  const other = await startPage({ port: 0, api: fixedApi({ breadth: slow }) })
  await Promise.all(Array.from({ length: 8 }, () => fetch(`${other.url}api/breadth`)))
  expect(asked).toBe(1)
  await fetch(`${other.url}api/breadth`)
  expect(asked).toBe(2)
  await other.close()
})

test('keeps the cause of a failure to itself', async () => {
  const { status, body } = await ask('/api/breadth')
  expect(status).toBe(500)
  expect(body).not.toMatch(/secret|\/var|at /)
  expect(errors).toHaveLength(1)
})

test.each(['/../package.json', '/%2e%2e/server.ts', '/index.html%00', '/api', '/api/none', '/constructor'])(
  'has nothing at %s',
  async (path) => expect((await ask(path)).status).toBe(404),
)

test('refuses what is no path, and requests that another site sends', async () => {
  expect((await ask('//evil.example/')).status).toBe(400)
  expect((await ask('http://evil.example/')).status).toBe(400)
  expect((await ask('/api/account', { 'sec-fetch-site': 'cross-site' })).status).toBe(403)
  expect((await ask('/', { 'sec-fetch-site': 'cross-site' })).status).toBe(200)
})

test('says in one line that the port is taken', async () => {
  const port = Number(new URL(page.url).port)
  await expect(startPage({ port, api })).rejects.toThrow(
    `the page can't listen on 127.0.0.1:${port}: another program listens there already; choose another port`,
  )
})
