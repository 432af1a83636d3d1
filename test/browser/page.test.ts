import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { PageApi } from '../../dashboards/web/api.ts'
import { startPage } from '../../dashboards/web/server.ts'
import {
  EMPTY_ACCOUNT,
  fixedApi,
  HOSTILE,
  INCIDENT,
  NO_BREADTH,
  ONE_DOMAIN,
} from '../dashboards/fixed-api.ts'
import { faults, launch, PICTURES, SIZES, SOON, settled, type View, withView } from './browser.ts'

let browser: Browser
beforeAll(async () => {
  browser = await launch()
})
afterAll(() => browser?.close())

interface Options extends View {
  api?: Partial<PageApi>
  path?: string
}

async function withPage({ api, path = '', ...view }: Options, look: (page: Page) => Promise<void>) {
  const served = await startPage({ port: 0, api: fixedApi(api) })
  try {
    await withView(browser, `${served.url}${path}`, view, look)
  } finally {
    await served.close()
  }
}

for (const colorScheme of ['light', 'dark'] as const)
  for (const size of SIZES)
    test(`is readable at ${size.width} px in the ${colorScheme} theme`, async () => {
      await withPage({ ...size, colorScheme }, async (page) => {
        expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(size.width)
        expect(await faults(page)).toEqual([])
      })
    }, 120_000)

test('says the worst judgement first, with confidence, numbers and the next step', async () => {
  await withPage({}, async (page) => {
    expect(await page.textContent('h1')).toBe(
      'contoso.example refuses our mail: their routing or directory. 212 of 214 refused, 38 other domains accept.',
    )
    const judgement = (await page.textContent('#judgement')) ?? ''
    for (const part of [
      '92% confidence',
      ONE_DOMAIN.next_step,
      '97% to 100%',
      '3 refused of 1,240 messages',
      'the recipient domain’s side',
      'one day only',
    ])
      expect(judgement).toContain(part)
    expect(await page.title()).toContain('contoso.example refuses')
    expect(await page.getAttribute('#judgement a[href*="format=eml"]', 'href')).toBe(
      'api/packet?domain=contoso.example&direction=outbound&at=2026-11-24T08%3A25%3A00.000Z&window=900s&format=eml',
    )
    expect(await page.textContent('#account')).toContain('120,000')
  })
}, 120_000)

// Every text of every panel is hostile, and so are what is picked, what is suggested and what is marked.
const BOARDS = fixedApi().boards
test.each(BOARDS.map(({ id }) => id))(
  'shows hostile words on %s as they are, and nothing more',
  async (id) => {
    const picked = new URLSearchParams({ from: 'now-6h', to: 'now' })
    for (const { name, choices } of BOARDS.find((one) => one.id === id)?.variables ?? [])
      if (choices === undefined) picked.set(name, `${HOSTILE}' OR 1=1 --`)
    await withPage({ path: `#/${id}?${picked}`, colorScheme: 'dark' }, async (page) => {
      await page.evaluate('for (const fold of document.querySelectorAll("main details")) fold.open = true')
      const text = (await page.textContent('main')) ?? ''
      expect(text).toContain('<img src=x onerror="window.hacked=1"><script>')
      expect(text).toContain('\\x1b[31mred \\u202eevil\\u2066')
      expect(text).not.toMatch(/[\x00-\x09\x0b-\x1f\u202a-\u202e\u2066-\u2069]/)
      expect(
        await page.evaluate('[window.hacked, document.querySelectorAll("main img, main script").length]'),
      ).toEqual([undefined, 0])
      if (PICTURES) await page.screenshot({ path: `${PICTURES}/hostile-${id}.png`, fullPage: true })
      expect(await faults(page)).toEqual([])
    })
  },
  60_000,
)

test('a reply of 64 KiB is cut, and a panel that fails leaves the others', async () => {
  const api: Partial<PageApi> = {
    rows: async (query, { from }) => {
      if (query === 'reasons') throw new Error('secret')
      return query === 'top-replies' ? [{ reply: `<b>${'x'.repeat(65_536)}`, last_seen: from }] : []
    },
  }
  await withPageOfErrors(api, async (page) => {
    const replies = (await page.textContent('#panel-replies')) ?? ''
    expect(replies).toContain('<b>xxx')
    expect(replies.length).toBeLessThan(5000)
    expect(await page.textContent('#panel-reasons')).toContain('This panel failed: the store gave no answer')
    expect(await page.textContent('#panel-providers')).toContain('No such mail was read in this time.')
  })
}, 180_000)

/** A failed answer is a complaint of the browser, which is what is tested here. */
async function withPageOfErrors(api: Partial<PageApi>, look: (page: Page) => Promise<void>) {
  const served = await startPage({ port: 0, api: fixedApi(api) })
  const page = await browser.newPage()
  try {
    await page.goto(served.url)
    await settled(page)
    await look(page)
  } finally {
    await page.close()
    await served.close()
  }
}

test('can be worked by keyboard: skip link, boards, time, how to read, table, pause, theme', async () => {
  const windows: number[] = []
  const api: Partial<PageApi> = {
    breadth: async ({ window_ms }) => {
      windows.push(window_ms)
      return NO_BREADTH
    },
  }
  const focused = (page: Page) => page.evaluate('document.activeElement.textContent')
  await withPage({ api }, async (page) => {
    await page.keyboard.press('Tab')
    expect(await focused(page)).toBe('Skip to the board')
    await page.keyboard.press('Enter')
    expect(await page.evaluate('document.activeElement.id')).toBe('main')
    await page.focus('#time')
    await page.keyboard.press('ArrowDown')
    await expect.poll(() => windows.at(-1), SOON).toBe(3_600_000)
    expect(page.url()).toContain('from=now-1h')
    await page.focus('nav li:nth-child(4) a')
    await page.keyboard.press('Enter')
    await expect.poll(() => page.textContent('h1'), SOON).toBe('Provider')
    expect(await focused(page)).toBe('Provider')
    expect(page.url()).toContain('#/provider?from=now-1h&to=now')
    await page.focus('.subjects a')
    await page.keyboard.press('Enter')
    await settled(page)
    await page.focus('#panel-outcomes .how summary')
    await page.keyboard.press('Enter')
    expect(await page.isVisible('#panel-outcomes .how p')).toBe(true)
    await page.waitForSelector('#panel-outcomes canvas')
    await page.focus('#panel-outcomes .values summary')
    await page.keyboard.press('Enter')
    await page.waitForSelector('#panel-outcomes td')
    await page.focus('#theme')
    await page.keyboard.press('Enter')
    await page.keyboard.press('Enter')
    expect(await page.evaluate('getComputedStyle(document.body).colorScheme')).toBe('dark')
    await page.reload()
    await page.waitForSelector('h1')
    expect(await page.textContent('#theme')).toBe('Theme: dark')
    expect(await page.inputValue('#time')).toBe('now-1h')
    await page.focus('#pause')
    await page.keyboard.press('Space')
    expect(await page.getAttribute('#pause', 'aria-pressed')).toBe('true')
  })
}, 180_000)

test('an empty store says why, and what to do', async () => {
  await withPage({ api: { account: async () => EMPTY_ACCOUNT } }, async (page) => {
    expect(await page.textContent('h1')).toBe('No log line has been read yet.')
    expect(await page.textContent('#judgement')).toContain('faultline replay')
    expect(await faults(page)).toEqual([])
  })
  const unread = { ...EMPTY_ACCOUNT, read: 9, dead: 9 }
  await withPage({ api: { account: async () => unread } }, async (page) => {
    expect(await page.textContent('#judgement')).toContain('Most were not understood')
  })
}, 120_000)

test('renews itself, keeps what the reader opened, and says when it can not', async () => {
  let refused = 212
  let broken = false
  const api: Partial<PageApi> = {
    judgement: async () => [{ ...ONE_DOMAIN, evidence: { ...ONE_DOMAIN.evidence, refused } }],
    account: async () => {
      if (broken) throw new Error('gone')
      return fixedApi().account()
    },
  }
  const served = await startPage({ port: 0, api: fixedApi(api) })
  const page = await browser.newPage()
  await page.clock.install()
  await page.goto(served.url)
  await page.click('#judgement summary')
  refused = 213
  await page.clock.fastForward(10_000)
  await expect.poll(() => page.textContent('h1'), SOON).toContain('213 of 214 refused')
  // The heading is written first.
  await expect.poll(() => page.textContent('#announce'), SOON).toContain('213 of 214')
  expect(await page.getAttribute('#judgement details', 'open')).toBe('')
  expect(await page.evaluate('document.activeElement.tagName')).toBe('SUMMARY')
  broken = true
  await page.clock.fastForward(10_000)
  await expect.poll(() => page.textContent('#trouble'), SOON).toContain('the store gave no answer')
  expect(await page.textContent('h1')).toContain('213 of 214 refused')
  broken = false
  await page.clock.fastForward(10_000)
  await expect.poll(() => page.isHidden('#trouble'), SOON).toBe(true)
  await page.close()
  await served.close()
}, 120_000)

test('acknowledges, mutes and comments an incident, with its hostile words as text', async () => {
  const asked: unknown[] = []
  let seen = INCIDENT
  const api: Partial<PageApi> = {
    incidents: async () => [seen],
    channels: async () => [],
    act: async (id, { action, text }) => {
      asked.push([id, action, text])
      seen = { ...INCIDENT, acknowledged_at: '2026-11-24T08:30:00.000Z', acknowledged_by: 'eve' }
      return true
    },
  }
  await withPage({ api }, async (page) => {
    await page.click('text=Acknowledge')
    await page.waitForSelector('text=seen by')
    expect(await page.textContent('#incidents')).toContain('seen by eve')
    await page.click('text=Mute for a day')
    await page.fill('#incidents input', 'they were told')
    await page.keyboard.press('Enter')
    await expect.poll(() => asked.length, SOON).toBe(3)
    expect(await page.evaluate('window.hacked')).toBeUndefined()
    expect(asked).toEqual([
      [INCIDENT.id, 'acknowledged', ''],
      [INCIDENT.id, 'muted', ''],
      [INCIDENT.id, 'commented', 'they were told'],
    ])
  })
}, 120_000)
