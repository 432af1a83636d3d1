// Makes docs/page.png of what `faultline demo` serves: node docs/screenshot.ts [URL] (Chromium: $CHROMIUM, or its package's).
import { join } from 'node:path'
import sparticuz from '@sparticuz/chromium'
import { chromium } from 'playwright-core'

const [url = 'http://127.0.0.1:8080/'] = process.argv.slice(2)
const browser = await chromium.launch({
  executablePath: process.env['CHROMIUM'] ?? (await sparticuz.executablePath()),
  args: ['--no-sandbox', '--disable-gpu'],
})
const page = await browser.newPage({ viewport: { width: 1280, height: 860 }, colorScheme: 'light' })
await page.goto(url)
await page.waitForSelector('#judgement h1')
await page.screenshot({ path: join(import.meta.dirname, 'page.png') })
await browser.close()
