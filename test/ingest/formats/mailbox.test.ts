import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { mails } from '../../../ingest/formats/dsn/mailbox.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'faultline-mailbox-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

async function read(path: string, maxBytes?: number) {
  const found = []
  for await (const mail of mails(path, maxBytes === undefined ? {} : { maxBytes }))
    found.push({ text: mail.bytes.toString(), offset: mail.offset, cut: mail.cut, path: mail.path })
  return found
}

test('an .eml file is one mail', async () => {
  const path = join(import.meta.dirname, '../../fixtures/dsn/exim-56.eml')
  expect(await read(path)).toEqual([{ text: readFileSync(path, 'utf8'), offset: 0, cut: false, path }])
})

test('an mbox gives its mails with their places, quoting undone, the long one cut', async () => {
  const path = join(folder, 'mbox')
  const first = 'From a@b Tue Nov 24 03:25:27 2026\nSubject: 1\n\n>From x\n>>From y\nFrom here\n\n'
  const second = `From c@d Tue Nov 24 03:25:28 2026\r\nSubject: 2\r\n\r\n${'x'.repeat(300_000)}\r\n\r\n`
  const third = 'From e@f Tue Nov 24 03:25:29 2026\nSubject: 3\n'
  writeFileSync(path, first + second + third)
  expect(await read(path, 1000)).toMatchObject([
    { text: 'Subject: 1\n\nFrom x\n>From y\nFrom here\n\n', offset: 0, cut: false },
    { offset: first.length, cut: true },
    { text: 'Subject: 3\n', offset: first.length + second.length, cut: false },
  ])
})

test('separators are found wherever a read ends', async () => {
  const path = join(folder, 'mbox')
  // 23 bytes a mail do not divide the size of a read: the reads end at every place of a separator.
  const mail = 'From a@b\nX: 12345678\n\n\n'
  const count = 60_000
  writeFileSync(path, mail.repeat(count))
  const found = await read(path)
  expect(found).toHaveLength(count)
  expect(found.every(({ text, offset }, i) => offset === i * mail.length && text === mail.slice(9))).toBe(
    true,
  )
})

test('a Maildir is read in order, a mail under its unique name once', async () => {
  for (const name of ['new', 'cur', 'tmp']) mkdirSync(join(folder, name))
  writeFileSync(join(folder, 'new', '2.a'), 'Subject: 2\n')
  writeFileSync(join(folder, 'cur', '1.a:2,S'), 'Subject: 1\n')
  writeFileSync(join(folder, 'cur', '2.a:2,S'), 'Subject: 2\n')
  writeFileSync(join(folder, 'tmp', '3.a'), 'Subject: 3\n')
  expect((await read(folder)).map(({ text }) => text)).toEqual(['Subject: 2\n', 'Subject: 1\n'])
})

test('a folder of .eml files is read in order', async () => {
  for (const name of ['b.eml', 'a.eml', 'note.txt']) writeFileSync(join(folder, name), name)
  expect((await read(folder)).map(({ text }) => text)).toEqual(['a.eml', 'b.eml'])
  await expect(read(join(folder, 'missing'))).rejects.toThrow('ENOENT')
})
