import { spawn } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { LineAccount } from '../../dashboards/web/api.ts'
import { temporaryFolder } from '../temporary-folder.ts'

const root = join(import.meta.dirname, '../..')
// Of its own, so that what the demo leaves behind is seen.
const folder = temporaryFolder()

/** Starts the demo with its page on a port; the store's endpoint takes a free one. */
const startDemo = (webPort: number) =>
  spawn(process.execPath, [join(root, 'cli/faultline.mjs'), 'demo'], {
    env: {
      ...process.env,
      TMPDIR: folder,
      FAULTLINE_WEB_PORT: String(webPort),
      FAULTLINE_CLICKHOUSE_PORT: '0',
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })

test('the demo tells its two waves, serves the page, and leaves nothing behind', async () => {
  const child = startDemo(0)
  const ended = new Promise<number | null>((resolve) => child.on('exit', resolve))
  let output = ''
  let errors = ''
  child.stderr.on('data', (text) => {
    errors += text
  })
  try {
    const url = await new Promise<string>((resolve, reject) => {
      child.stdout.on('data', (text) => {
        output += text
        const [, found] = /The page is at (\S+) /.exec(output) ?? []
        if (found !== undefined) resolve(found)
      })
      child.on('exit', (code) => reject(new Error(`ended with ${code}: ${output}${errors}`)))
    })
    expect(output).toContain('+ 0 dead letters')
    expect(output.match(/^\S.*%, (?:out|in)bound\)$/gm)).toEqual([
      expect.stringMatching(/^news\.northwind\.example: .*\(sender_wide, authentication, /),
      expect.stringMatching(/^contoso\.example: .*\(recipient_domain, directory, /),
    ])
    const page = await fetch(url)
    expect(page.status).toBe(200)
    expect(await page.text()).toContain('<title>Faultline</title>')
    const account = (await (await fetch(`${url}api/account`)).json()) as LineAccount
    expect(account.dead).toBe(0)
    expect(new Date(account.newest_event_ms).toISOString()).toMatch(/^2026-06-10T11:59/)
  } finally {
    child.kill('SIGTERM')
  }
  expect(await ended).toBe(0)
  expect(readdirSync(folder)).toEqual([])
  expect(errors).toBe('')
}, 60_000)

test('a taken port is said in one line, and nothing is left behind', async () => {
  const other = createServer()
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
  const { port } = other.address() as AddressInfo
  try {
    const child = startDemo(port)
    let errors = ''
    child.stderr.on('data', (text) => {
      errors += text
    })
    expect(await new Promise((resolve) => child.on('close', resolve))).toBe(1)
    expect(errors).toBe(
      `faultline demo: the page can't listen on 127.0.0.1:${port}: another program listens there already; choose another port\n`,
    )
    expect(readdirSync(folder)).toEqual([])
  } finally {
    other.close()
  }
}, 60_000)
