import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import sparticuz from '@sparticuz/chromium'
import { type Browser, chromium, type Page } from 'playwright-core'
import { expect } from 'vitest'

/** Where tests put pictures of the page, to look at it: PAGE_PICTURES; nowhere where that is not set. */
export const PICTURES = process.env['PAGE_PICTURES']

/** For `expect.poll`: a browser and the engine on a busy machine take their time. */
export const SOON = { timeout: 45_000 }

/** A desk's screen and a telephone's. */
export const SIZES = [
  { width: 1280, height: 800 },
  { width: 390, height: 844 },
]

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/** A real Chromium: of $CHROMIUM, or of its package. */
export async function launch(): Promise<Browser> {
  const executablePath = process.env['CHROMIUM'] ?? (await sparticuz.executablePath())
  // In a single process, as that package has it by default, the browser ends with its first context.
  const args = [
    '--no-sandbox',
    '--disable-gpu',
    '--disable-background-networking',
    '--disable-component-update',
  ]
  return chromium.launch({ executablePath, args, headless: true })
}

/** How a page is opened. */
export interface View {
  width?: number
  height?: number
  colorScheme?: 'light' | 'dark'
}

/** Opens an address, hands the page to `look`, and fails on whatever the browser complained of, or asked elsewhere. */
export async function withView(
  browser: Browser,
  address: string,
  { width = 1280, height = 800, colorScheme = 'light' }: View,
  look: (page: Page) => Promise<void>,
): Promise<void> {
  const context = await browser.newContext({ viewport: { width, height }, colorScheme })
  const complaints: string[] = []
  try {
    const page = await context.newPage()
    page.on('console', (message) => message.type() !== 'log' && complaints.push(message.text()))
    page.on('pageerror', (error) => complaints.push(String(error)))
    page.on(
      'request',
      (sent) => !sent.url().startsWith(new URL(address).origin) && complaints.push(sent.url()),
    )
    await page.goto(address)
    await settled(page)
    await look(page)
    expect(complaints).toEqual([])
  } finally {
    await context.close()
  }
}

// Runs in the browser, so it comes as text. The page's own policy forbids playwright's way to wait for such.
const IS_SETTLED = `
  document.querySelector('h1') !== null &&
  document.querySelector('[aria-busy]') === null &&
  document.querySelector('#moment').textContent + document.querySelector('#judgement').textContent !== 'Reading the store …' &&
  [...document.querySelectorAll('.panel .body')].every((body) => body.offsetParent === null || body.textContent !== 'Asking …')`

/** Waits until a board is drawn and all of its panels were answered. */
export async function settled(page: Page): Promise<void> {
  await expect.poll(() => page.evaluate(IS_SETTLED), { ...SOON, interval: 100 }).toBe(true)
}

/** Serious faults that axe finds, each with the place. */
export async function faults(page: Page): Promise<string[]> {
  await page.evaluate(AXE)
  const found = await page.evaluate(
    `axe.run({ resultTypes: ['violations'] }).then((r) => r.violations.flatMap((v) => v.nodes.map((n) => [v.impact, v.id, n.target.join(' '), n.failureSummary].join(' | '))))`,
  )
  return (found as string[]).filter((fault) => /^(serious|critical)/.test(fault))
}
