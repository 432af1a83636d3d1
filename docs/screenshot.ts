// Makes docs/page.png and the pictures of docs/tour.md of what `faultline demo` serves: node docs/screenshot.ts [URL]
// (Chromium: $CHROMIUM, or its package's).
import { join } from 'node:path'
import sparticuz from '@sparticuz/chromium'
import { chromium, type Page } from 'playwright-core'

const DESK = { width: 1280, height: 860 }
const PHONE = { width: 390, height: 844 }

interface Picture {
  file: string
  path: string
  size?: { width: number; height: number }
  colorScheme?: 'light' | 'dark'
  /** What is done on the page before. */
  act?: (page: Page) => Promise<unknown>
}

const PICTURES: Picture[] = [
  { file: 'page.png', path: '' },
  {
    file: 'tour/proof.png',
    path: '',
    act: (page) =>
      page.evaluate('document.querySelector("#panel-outcomes").scrollIntoView({ block: "start" })'),
  },
  { file: 'tour/recipient-domain.png', path: '#/recipient-domain?recipient_org_domain=contoso.example' },
  {
    file: 'tour/sender-domain.png',
    path: '#/sender-domain?sender_domain=news.northwind.example',
    colorScheme: 'dark',
  },
  {
    file: 'tour/how-to-read.png',
    path: '#/sender-domain?sender_domain=news.northwind.example',
    act: (page) => page.click('#panel-compared .how summary'),
  },
  { file: 'tour/messages.png', path: '#/messages?from=now-1h&to=now&reason=recipient_edge_denied' },
  { file: 'tour/phone.png', path: '', size: PHONE, colorScheme: 'dark' },
]

const [url = 'http://127.0.0.1:8080/'] = process.argv.slice(2)
const browser = await chromium.launch({
  executablePath: process.env['CHROMIUM'] ?? (await sparticuz.executablePath()),
  args: ['--no-sandbox', '--disable-gpu'],
})
for (const { file, path, size = DESK, colorScheme = 'light', act } of PICTURES) {
  const page = await browser.newPage({ viewport: size, colorScheme })
  await page.goto(url + path)
  await page.waitForSelector('.panel table')
  await page.waitForSelector('.panel[aria-busy]', { state: 'detached' })
  await page.waitForSelector('.panel canvas')
  if (!path.startsWith('#')) await page.waitForSelector('#judgement h1')
  await act?.(page)
  await page.screenshot({ path: join(import.meta.dirname, file) })
  await page.close()
}
await browser.close()
