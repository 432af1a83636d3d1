import { join } from 'node:path'
import { expect, test, vi } from 'vitest'
import { loader } from '../../../cli/simulate.ts'
import { readAccount, readLag } from '../../../verdict/window/read.ts'
import { migratedStore } from '../../store/temporary-store.ts'
import { temporaryFolder } from '../../temporary-folder.ts'

vi.setConfig({ testTimeout: 60_000 })

const folder = temporaryFolder()
const store = await migratedStore(join(folder, 'data'))
const HOUR = 3_600_000

test('a log that was loaded later is accounted for as a whole, in the hours that it tells of', async () => {
  const at = Date.UTC(2026, 5, 10, 12)
  const line = (i: number) =>
    `${new Date(at + i * 60_000).toISOString()} mx1 postfix/smtp[9]: 4B7A0${100 + i}: to=<a@d.example>, relay=mx.d.example[192.0.2.1]:25, delay=1, delays=0/0/0/1, dsn=2.0.0, status=sent (250 ok)`
  const lines = [...Array.from({ length: 30 }, (_, i) => line(i)), 'no line of any log', 'nor this']
  await loader(store, folder)(lines, new Map())
  expect(await readAccount(store, { from: at, to: at + HOUR / 4 })).toMatchObject({
    records: 32,
    dead: 2,
    ignored: 0,
  })
  expect(await readAccount(store, { from: at - HOUR, to: at })).toMatchObject({ records: 0, dead: 0 })
  // The last line is of minute 29: what came in the week before counts, to the end of its minute.
  const after = [at + 29 * 60_000 + 1, at + 31.5 * 60_000, at + 7 * 24 * HOUR, at + 8 * 24 * HOUR, at]
  expect(await Promise.all(after.map((to) => readLag(store, to)))).toEqual([0, 90, 603_000, -1, -1])
})
