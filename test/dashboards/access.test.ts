import { afterAll, beforeAll, expect, test } from 'vitest'
import { accessFault, newSession } from '../../dashboards/web/access.ts'
import { type RunningPage, startPage } from '../../dashboards/web/server.ts'
import { fixedApi, INCIDENT } from './fixed-api.ts'

const TOKEN = 'correct horse battery staple'
const acted: string[] = []
const api = fixedApi({
  act: async (_, { action }) => {
    acted.push(action)
    return true
  },
})
let page: RunningPage
beforeAll(async () => {
  page = await startPage({ port: 0, api, access: { token: TOKEN }, names: ['faultline.example'] })
})
afterAll(() => page.close())

const get = (path: string, headers: Record<string, string> = {}) =>
  fetch(new URL(path, page.url), { headers, redirect: 'manual' })
const login = (token: string, headers: Record<string, string> = { origin: new URL(page.url).origin }) =>
  fetch(new URL('login', page.url), {
    method: 'POST',
    headers,
    body: new URLSearchParams({ token }),
    redirect: 'manual',
  })
const acknowledge = (url: string, headers: Record<string, string>) =>
  fetch(new URL(`api/incidents/${INCIDENT.id}/actions`, url), {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: new URL(url).origin, ...headers },
    body: '{"action":"acknowledged"}',
  })

test('without the token there is only the form', async () => {
  for (const path of ['', 'main.js', 'echarts.js', 'index.html'])
    expect((await get(path)).headers.get('location')).toBe('login')
  for (const path of ['api/account', 'api/boards', 'api/session']) {
    const answer = await get(path)
    expect(answer.status).toBe(401)
    expect(await answer.text()).toContain('asks for its token')
  }
  expect((await get('login')).status).toBe(200)
  expect((await get('page.css')).status).toBe(200)
  expect((await acknowledge(page.url, {})).status).toBe(401)
})

test('a program gives the token in a header', async () => {
  const bearer = { authorization: `Bearer ${TOKEN}` }
  expect((await get('api/account', bearer)).status).toBe(200)
  expect((await get('api/account', { authorization: `Bearer ${TOKEN}x` })).status).toBe(401)
  expect((await get('api/account', { authorization: `Basic ${btoa(`a:${TOKEN}`)}` })).status).toBe(401)
  expect((await acknowledge(page.url, bearer)).status).toBe(200)
  expect(acted.splice(0)).toEqual(['acknowledged'])
})

test('a browser gives it once and keeps a session that scripts and other sites cannot use', async () => {
  const answer = await login(TOKEN)
  expect([answer.status, answer.headers.get('location')]).toEqual([303, './'])
  const cookie = answer.headers.get('set-cookie') ?? ''
  expect(cookie).toMatch(/; Path=\/; Max-Age=604800; HttpOnly; SameSite=Strict$/)
  expect(cookie).not.toContain(TOKEN)
  const session = { cookie: `other=1; ${cookie.split(';')[0]}` }
  expect((await get('', session)).status).toBe(200)
  expect(await (await get('api/session', session)).json()).toEqual({
    may_read: true,
    may_act: true,
    signed_in: true,
  })
  expect((await acknowledge(page.url, session)).status).toBe(200)
  // The session rides along with a request of another site's making, which has another Origin.
  expect((await acknowledge(page.url, { ...session, origin: 'http://evil.example' })).status).toBe(403)
  expect(acted.splice(0)).toEqual(['acknowledged'])
  const out = await fetch(new URL('logout', page.url), {
    method: 'POST',
    headers: session,
    redirect: 'manual',
  })
  expect(out.headers.get('set-cookie')).toContain('Max-Age=0')
})

test.each([
  ['a wrong token', 'x', undefined],
  ['none', '', undefined],
  ['another site', TOKEN, { origin: 'http://evil.example' }],
  ['a page without origin', TOKEN, { origin: 'null' }],
])('%s starts no session', async (_what, token, headers) => {
  const answer = await login(token, headers)
  expect(answer.status).toBe(401)
  expect(answer.headers.get('set-cookie')).toBeNull()
  expect(await answer.text()).toContain('That is not the token.')
})

test('a session ends with its time, and with its token', async () => {
  const week = 7 * 86_400_000
  const sessionOf = (token: string, at: number) => ({
    cookie: newSession(token, false, at).split(';')[0] ?? '',
  })
  expect((await get('api/account', sessionOf(TOKEN, Date.now() - week + 60_000))).status).toBe(200)
  expect((await get('api/account', sessionOf(TOKEN, Date.now() - week - 1000))).status).toBe(401)
  expect((await get('api/account', sessionOf('another token of enough length', Date.now()))).status).toBe(401)
  const { cookie } = sessionOf(TOKEN, Date.now() - week - 1000)
  expect((await get('api/account', { cookie: cookie.replace(/=\d+/, '=99999999999') })).status).toBe(401)
})

test('read-only: everyone reads, nobody acts', async () => {
  const open = await startPage({ port: 0, api, access: { read_only: true } })
  expect((await fetch(`${open.url}api/account`)).status).toBe(200)
  expect(await (await fetch(`${open.url}api/session`)).json()).toMatchObject({ may_act: false })
  expect((await acknowledge(open.url, {})).status).toBe(403)
  expect(acted).toEqual([])
  await open.close()
})

test('goes by the names that it was given', async () => {
  const { port } = new URL(page.url)
  const { request } = await import('node:http')
  const status = (host: string) =>
    new Promise((resolve) => {
      request({ host: '127.0.0.1', port, path: '/login', headers: { host } }, (answer) =>
        resolve(answer.resume().statusCode),
      ).end()
    })
  expect([await status('faultline.example'), await status('evil.example')]).toEqual([200, 421])
})

test('is not served to others unless that was decided', async () => {
  const beyond = 'the page on 0.0.0.0 could be reached by others: set FAULTLINE_PAGE_TOKEN'
  expect(accessFault('0.0.0.0', {})).toContain(beyond)
  await expect(startPage({ host: '0.0.0.0', port: 0, api })).rejects.toThrow(beyond)
  expect(accessFault('mail.northwind.example', {})).toContain('could be reached by others')
  for (const host of ['127.0.0.1', '127.8.0.1', '::1', 'localhost'])
    expect(accessFault(host, {})).toBeUndefined()
  expect(accessFault('0.0.0.0', { token: TOKEN })).toBeUndefined()
  expect(accessFault('::', { read_only: true })).toBeUndefined()
  expect(accessFault('127.0.0.1', { token: 'short' })).toContain('too short')
})
