import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import sparticuz from '@sparticuz/chromium'
import { type Browser, chromium, type Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { PageApi } from '../../dashboards/web/api.ts'
import { startPage } from '../../dashboards/web/server.ts'
import { EMPTY_ACCOUNT, fixedApi, INCIDENT, ONE_DOMAIN } from '../dashboards/fixed-api.ts'

const SIZES = [
  { width: 1280, height: 900 },
  { width: 390, height: 844 },
]
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
// Where to put pictures of the page, to look at it.
const PICTURES = process.env['PAGE_PICTURES']

let browser: Browser
beforeAll(async () => {
  const executablePath = process.env['CHROMIUM'] ?? (await sparticuz.executablePath())
  // In a single process, as that package has it by default, the browser ends with its first context.
  const args = [
    '--no-sandbox',
    '--disable-gpu',
    '--disable-background-networking',
    '--disable-component-update',
  ]
  browser = await chromium.launch({ executablePath, args, headless: true })
}, 60_000)
afterAll(() => browser?.close())

interface Options {
  api?: Partial<PageApi>
  width?: number
  height?: number
  colorScheme?: 'light' | 'dark'
  path?: string
}

/** Opens the page, hands it to `look`, and fails on whatever the browser complained of. */
async function withPage(options: Options, look: (page: Page) => Promise<void>): Promise<void> {
  const { api, width = 1280, height = 900, colorScheme = 'light', path = '' } = options
  const served = await startPage({ port: 0, api: fixedApi(api) })
  const context = await browser.newContext({ viewport: { width, height }, colorScheme })
  const complaints: string[] = []
  try {
    const page = await context.newPage()
    page.on('console', (message) => message.type() !== 'log' && complaints.push(message.text()))
    page.on('pageerror', (error) => complaints.push(String(error)))
    page.on('request', (sent) => !sent.url().startsWith(served.url) && complaints.push(sent.url()))
    await page.goto(`${served.url}${path}`)
    await page.waitForSelector('h1')
    await look(page)
    expect(complaints).toEqual([])
  } finally {
    await context.close()
    await served.close()
  }
}

/** Serious faults that axe finds, each with the place. */
async function faults(page: Page): Promise<string[]> {
  await page.evaluate(AXE)
  // Runs in the browser, so it comes as text.
  const found = await page.evaluate(
    `axe.run().then((r) => r.violations.flatMap((v) => v.nodes.map((n) => [v.impact, v.id, n.target.join(' '), n.failureSummary].join(' | '))))`,
  )
  return (found as string[]).filter((fault) => /^(serious|critical)/.test(fault))
}

for (const colorScheme of ['light', 'dark'] as const)
  for (const size of SIZES)
    test(`is readable at ${size.width} px in the ${colorScheme} theme`, async () => {
      await withPage({ ...size, colorScheme }, async (page) => {
        if (PICTURES)
          await page.screenshot({ path: `${PICTURES}/${colorScheme}-${size.width}.png`, fullPage: true })
        expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(size.width)
        expect(await faults(page)).toEqual([])
      })
    }, 30_000)

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
    expect(await page.textContent('#breadth')).toContain('212 refused · 2 accepted')
    expect(await page.textContent('#replies')).toContain('550 5.4.1 recipient edge denied')
    expect(await page.textContent('#account')).toContain('120,000')
  })
})

test('shows hostile words as they are, and nothing more', async () => {
  await withPage({}, async (page) => {
    const text = (await page.textContent('main')) ?? ''
    expect(text).toContain('<img src=x onerror="window.hacked=1"><script>')
    expect(text).toContain('\\x1b[31mred \\u202eevil\\u2066')
    expect(text).not.toMatch(/[\x00-\x09\x0b-\x1f\u202a-\u202e\u2066-\u2069]/)
    expect(
      await page.evaluate('[window.hacked, document.querySelectorAll("main img, main script").length]'),
    ).toEqual([undefined, 0])
  })
})

test('can be worked by keyboard: skip link, choices, pause, theme', async () => {
  const windows: number[] = []
  const api: Partial<PageApi> = {
    replies: async ({ window_ms }) => {
      windows.push(window_ms)
      return []
    },
  }
  await withPage({ api }, async (page) => {
    await page.keyboard.press('Tab')
    expect(await page.evaluate('document.activeElement.textContent')).toBe('Skip to the judgement')
    await page.keyboard.press('Tab')
    await page.keyboard.press('ArrowDown')
    await expect.poll(() => windows.at(-1)).toBe(3_600_000)
    expect(page.url()).toContain('window=1h')
    await page.focus('#theme')
    await page.keyboard.press('Enter')
    await page.keyboard.press('Enter')
    expect(await page.evaluate('getComputedStyle(document.body).colorScheme')).toBe('dark')
    await page.reload()
    await page.waitForSelector('h1')
    expect(await page.textContent('#theme')).toBe('Theme: dark')
    expect(await page.inputValue('#window')).toBe('1h')
    await page.focus('#pause')
    await page.keyboard.press('Space')
    expect(await page.getAttribute('#pause', 'aria-pressed')).toBe('true')
  })
})

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
})

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
  await expect.poll(() => page.textContent('h1')).toContain('213 of 214 refused')
  expect(await page.getAttribute('#judgement details', 'open')).toBe('')
  expect(await page.evaluate('document.activeElement.tagName')).toBe('SUMMARY')
  expect(await page.textContent('#announce')).toContain('213 of 214')
  broken = true
  await page.clock.fastForward(10_000)
  await expect.poll(() => page.textContent('#trouble')).toContain('the store gave no answer')
  expect(await page.textContent('h1')).toContain('213 of 214 refused')
  broken = false
  await page.clock.fastForward(10_000)
  await expect.poll(() => page.isHidden('#trouble')).toBe(true)
  await page.close()
  await served.close()
})

test('acknowledges an incident, with its hostile words as text', async () => {
  const asked: unknown[] = []
  let seen = INCIDENT
  const api: Partial<PageApi> = {
    incidents: async () => [seen],
    channels: async () => [],
    act: async (id, { action }) => {
      asked.push([id, action])
      seen = { ...INCIDENT, acknowledged_at: '2026-11-24T08:30:00.000Z', acknowledged_by: 'eve' }
      return true
    },
  }
  await withPage({ api }, async (page) => {
    await page.click('#incidents button')
    await page.waitForSelector('#incidents button', { state: 'detached' })
    expect(await page.textContent('#incidents')).toContain('seen by eve')
    expect(await page.evaluate('window.hacked')).toBeUndefined()
    expect(asked).toEqual([[INCIDENT.id, 'acknowledged']])
  })
}, 30_000)
