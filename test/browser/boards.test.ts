import { spawn } from 'node:child_process'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { BOARDS } from '../../dashboards/boards/boards.ts'
import { faults, launch, PICTURES, SIZES, SOON, settled, withView } from './browser.ts'

// What `npm start` shows: the sample log in the real store, every board over it.
const demo = spawn(process.execPath, [join(import.meta.dirname, '../../cli/faultline.mjs'), 'demo'], {
  env: { ...process.env, FAULTLINE_WEB_PORT: '0', FAULTLINE_CLICKHOUSE_PORT: '0' },
  stdio: ['ignore', 'pipe', 'inherit'],
})
let url = ''
let browser: Browser
beforeAll(async () => {
  const served = new Promise<string>((resolve, reject) => {
    let output = ''
    demo.stdout.on('data', (text) => {
      output += text
      const [, found] = /The page is at (\S+) /.exec(output) ?? []
      if (found !== undefined) resolve(found)
    })
    demo.on('exit', () => reject(new Error(`the demo ended: ${output}`)))
  })
  ;[url, browser] = await Promise.all([served, launch()])
})
afterAll(async () => {
  await browser?.close()
  const ended = new Promise((resolve) => demo.on('exit', resolve))
  demo.kill('SIGTERM')
  await ended
})

/** Opens a board from Home as a reader does: by its link, and by the first of its subjects where it asks for one. */
async function clickTo(page: Page, id: string): Promise<void> {
  const board = BOARDS.find((one) => one.id === id)
  await page.click(`nav a[href^="#/${id}"]`)
  await page.waitForSelector(`nav a[href^="#/${id}"][aria-current]`)
  if (id !== 'home') await expect.poll(() => page.textContent('#title h1'), SOON).toBe(board?.title)
  if (board?.variables.some(({ required }) => required)) await page.click('.subjects a')
  await drawn(page, id)
}

/** Waits until the panels of a board stand there, answered. */
async function drawn(page: Page, id: string): Promise<void> {
  const panels = BOARDS.find((one) => one.id === id)?.rows.flatMap((row) => row.panels) ?? []
  await page.waitForSelector(`#panel-${panels.at(-1)?.id}`)
  await settled(page)
}

for (const colorScheme of ['light', 'dark'] as const)
  for (const size of SIZES)
    test(`every board is reached by clicking at ${size.width} px in the ${colorScheme} theme`, async () => {
      await withView(browser, url, { ...size, colorScheme }, async (page) => {
        expect(await page.textContent('h1')).toContain('news.northwind.example is refused')
        for (const { id, rows } of [...BOARDS].reverse()) {
          await clickTo(page, id)
          const failed = await page.$$eval('.panel .trouble', (found) =>
            found.map(({ textContent }) => textContent),
          )
          expect([id, failed]).toEqual([id, []])
          expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(size.width)
          // Each panel shows something, or says why not.
          const shown = await page.$$eval('.panel .body', (found) =>
            found.map((body) => (body.textContent ?? '') !== ''),
          )
          // Home has the answer and the incidents above its panels, to act on.
          const above = id === 'home' ? 2 : 0
          expect(shown).toEqual(rows.flatMap(({ panels }) => panels.map(() => true)).slice(above))
          if (PICTURES)
            await page.screenshot({
              path: `${PICTURES}/${id}-${colorScheme}-${size.width}.png`,
              fullPage: true,
            })
          expect([id, await faults(page)]).toEqual([id, []])
        }
      })
    }, 300_000)

test('links lead from the judgement to its messages, with time and subject, and back again', async () => {
  await withView(browser, `${url}#/home?from=now-1h&to=now`, {}, async (page) => {
    await page.click('#panel-recipient-domains a[href*="contoso.example"]')
    await drawn(page, 'recipient-domain')
    expect(page.url()).toMatch(
      /#\/recipient-domain\?from=now-1h&to=now&recipient_org_domain=contoso\.example$/,
    )
    expect(await page.textContent('#panel-answer')).toContain('contoso.example refuses our mail')
    await page.click('#panel-reasons a')
    await drawn(page, 'messages')
    expect(page.url()).toMatch(
      /#\/messages\?from=now-1h&to=now&recipient_org_domain=contoso\.example&reason=/,
    )
    expect(await page.textContent('#panel-messages')).toContain('contoso.example')
    await page.goBack()
    await drawn(page, 'recipient-domain')
    expect(await page.textContent('#title h1')).toBe('Recipient domain')
    await page.goBack()
    await drawn(page, 'home')
    await page.goForward()
    await drawn(page, 'recipient-domain')
    expect(await page.inputValue('#variable-recipient_org_domain')).toBe('contoso.example')
  })
}, 180_000)

test('an incident leads to the board about it, at its time', async () => {
  await withView(browser, url, {}, async (page) => {
    await page.click('#incidents a[href*="sender-domain"]')
    await drawn(page, 'sender-domain')
    expect(page.url()).toMatch(
      /from=2026-06-10T11%3A35.*to=2026-06-10T12.*sender_domain=news\.northwind\.example/,
    )
  })
}, 180_000)

test('a time of two moments is chosen in UTC, and a picked value narrows every panel', async () => {
  await withView(browser, url, {}, async (page) => {
    await page.selectOption('#time', 'custom')
    await page.fill('#from', '2026-06-10T11:00')
    await page.fill('#to', '2026-06-10T11:30')
    await page.click('#times button')
    await expect
      .poll(() => page.url(), SOON)
      .toContain('from=2026-06-10T11%3A00%3A00Z&to=2026-06-10T11%3A30%3A00Z')
    await expect
      .poll(() => page.textContent('#moment'), SOON)
      .toBe('2026-06-10 11:00:00 UTC to 2026-06-10 11:30:00 UTC.')
    await page.selectOption('#variable-direction', 'inbound')
    await expect.poll(() => page.url(), SOON).toContain('direction=inbound')
    await expect.poll(() => page.textContent('#panel-providers'), SOON).not.toMatch(/microsoft365|Asking/)
  })
}, 180_000)

test('the packet of an incident and of a judgement is saved, to read and to send', async () => {
  await withView(browser, url, {}, async (page) => {
    for (const [place, ending] of [
      ['#incidents a[href*="format=md"]', /\.md$/],
      ['#judgement a[href*="format=eml"]', /\.eml$/],
    ] as const) {
      const [saved] = await Promise.all([page.waitForEvent('download'), page.click(place)])
      expect(saved.suggestedFilename()).toMatch(ending)
      const text = await saved.createReadStream().then(async (stream) => {
        let whole = ''
        for await (const piece of stream) whole += piece
        return whole
      })
      expect(text).toContain('550')
    }
  })
}, 180_000)

test('an incident of the sample is acknowledged', async () => {
  await withView(browser, url, {}, async (page) => {
    const open = await page.$$('text=Acknowledge')
    await page.click('text=Acknowledge')
    await expect.poll(async () => (await page.$$('text=Acknowledge')).length, SOON).toBe(open.length - 1)
    expect(await page.textContent('#incidents')).toContain('seen by')
  })
}, 180_000)
