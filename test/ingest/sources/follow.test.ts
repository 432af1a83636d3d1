import { createHash } from 'node:crypto'
import {
  appendFileSync,
  copyFileSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { gzipSync } from 'node:zlib'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { follow } from '../../../ingest/sources/follow.ts'
import type { Generation } from '../../../ingest/sources/generation.ts'
import { readLines } from '../../../ingest/sources/lines.ts'
import { seeded } from '../../chaos/traffic.ts'

let folder = ''
let path = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'faultline-follow-'))
  path = join(folder, 'mail.log')
})
afterEach(() => rmSync(folder, { recursive: true }))

/**
 * Follows a file until stopped, keeping lines and places, as a worker does; `known` is what one before kept. After each
 * block it is as busy as `busy` says.
 */
function start(known: Generation[] = [], log = path, busy: () => Promise<unknown> = async () => {}) {
  const stop = new AbortController()
  const lines: string[] = []
  const broken: string[] = []
  const places = new Map(known.map((generation) => [generation.number, generation]))
  const options = {
    known: known.map((generation) => ({ ...generation })),
    pollMs: 5,
    graceMs: 60,
    signal: stop.signal,
    broken: (file: string, error: Error) => broken.push(`${basename(file)}: ${error.message}`),
  }
  const done = (async () => {
    for await (const { generation, chunks } of follow(log, options)) {
      if (stop.signal.aborted) break
      places.set(generation.number, { ...generation })
      for await (const block of readLines(chunks, { offset: generation.offset })) {
        // What is given last when we stop may lack its end: a worker does not count it as read.
        if (stop.signal.aborted) break
        lines.push(...block.lines)
        generation.offset = block.next
        places.set(generation.number, { ...generation })
        await busy()
      }
    }
  })()
  return {
    lines,
    broken,
    known: () => [...places.values()].sort((a, b) => a.number - b.number),
    async until(count: number) {
      for (let i = 0; i < 400 && lines.length < count; i++) await sleep(10)
    },
    async stop() {
      stop.abort()
      await done
    },
  }
}

const numbered = (from: number, count: number) => Array.from({ length: count }, (_, i) => `line ${from + i}`)
const text = (lines: string[]) => lines.map((line) => `${line}\n`).join('')

test('rename and create: the rest of the old file comes before the new one', async () => {
  writeFileSync(path, text(numbered(0, 10)))
  const reader = start()
  await reader.until(10)
  renameSync(path, `${path}.1`)
  appendFileSync(`${path}.1`, text(numbered(10, 5)))
  writeFileSync(path, text(numbered(15, 5)))
  await reader.until(20)
  await reader.stop()
  expect(reader.lines).toEqual(numbered(0, 20))
})

test('copytruncate: what was not read yet is taken from the copy, plain or compressed', async () => {
  for (const compress of [false, true]) {
    writeFileSync(path, text(numbered(0, 10)))
    const reader = start()
    await reader.until(10)
    // Everything between two polls: the reader sees only the result.
    appendFileSync(path, text(numbered(10, 5)))
    copyFileSync(path, `${path}.1`)
    truncateSync(path)
    if (compress) {
      writeFileSync(`${path}.1.gz`, gzipSync(readFileSync(`${path}.1`)))
      unlinkSync(`${path}.1`)
    }
    await sleep(30)
    appendFileSync(path, text(numbered(15, 5)))
    await reader.until(20)
    await reader.stop()
    expect(reader.lines).toEqual(numbered(0, 20))
    rmSync(`${path}.1`, { force: true })
  }
})

test('a file that vanishes for a while is read again when it is back', async () => {
  const reader = start()
  writeFileSync(path, text(numbered(0, 3)))
  await reader.until(3)
  unlinkSync(path)
  await sleep(100)
  writeFileSync(path, text(numbered(3, 3)))
  await reader.until(6)
  await reader.stop()
  expect(reader.lines).toEqual(numbered(0, 6))
})

test('a stopped reader goes on where it was, also where the file was rotated meanwhile', async () => {
  writeFileSync(path, text(numbered(0, 10)))
  const first = start()
  await first.until(10)
  await first.stop()
  appendFileSync(path, text(numbered(10, 5)))
  renameSync(path, `${path}.1`)
  writeFileSync(path, text(numbered(15, 5)))
  const second = start(first.known())
  await second.until(10)
  await second.stop()
  expect([...first.lines, ...second.lines]).toEqual(numbered(0, 20))
})

test('rotations of both kinds before the reader looks again: none of them is missed', async () => {
  writeFileSync(path, text(numbered(0, 10)))
  let looks = () => {}
  const looked = new Promise<void>((resolve) => {
    looks = resolve
  })
  const reader = start([], path, () => looked)
  await reader.until(10)
  appendFileSync(path, text(numbered(10, 5)))
  copyFileSync(path, `${path}.1`)
  truncateSync(path)
  await sleep(20)
  // The same inode as the one that is being read, under another name.
  appendFileSync(path, text(numbered(15, 5)))
  renameSync(path, `${path}.2`)
  await sleep(20)
  writeFileSync(path, text(numbered(20, 5)))
  copyFileSync(path, `${path}.3`)
  truncateSync(path)
  await sleep(20)
  writeFileSync(path, text(numbered(25, 5)))
  looks()
  await reader.until(30)
  await reader.stop()
  expect(reader.lines).toEqual(numbered(0, 30))
})

test('several rotations while nobody looked, the older ones compressed: each is read, in order', async () => {
  writeFileSync(path, text(numbered(0, 10)))
  const first = start()
  await first.until(10)
  await first.stop()
  appendFileSync(path, text(numbered(10, 5)))
  writeFileSync(`${path}.3.gz`, gzipSync(readFileSync(path)))
  await sleep(20)
  writeFileSync(`${path}.2.gz`, gzipSync(text(numbered(15, 5))))
  await sleep(20)
  writeFileSync(`${path}.1`, text(numbered(20, 5)))
  await sleep(20)
  writeFileSync(path, text(numbered(25, 5)))
  const second = start(first.known())
  await second.until(20)
  await second.stop()
  expect([...first.lines, ...second.lines]).toEqual(numbered(0, 30))
  const third = start(second.known())
  await sleep(100)
  await third.stop()
  expect(third.lines).toEqual([])
})

test('a compressed file that was broken off is read as far as it goes, said, and does not stop the rest', async () => {
  writeFileSync(path, text(numbered(0, 10)))
  const first = start()
  await first.until(10)
  await first.stop()
  await sleep(20)
  const long = Array.from({ length: 20_000 }, (_, i) => createHash('sha256').update(`${i}`).digest('hex'))
  const whole = gzipSync(text(long))
  writeFileSync(`${path}.1.gz`, whole.subarray(0, whole.length >> 1))
  await sleep(20)
  writeFileSync(path, text(numbered(10, 10)))
  const second = start(first.known())
  for (let i = 0; i < 200 && second.lines.at(-1) !== 'line 19'; i++) await sleep(10)
  await second.stop()
  const read = second.lines.length - 10
  expect(read).toBeGreaterThan(1000)
  // The last one that could be decompressed may lack its end.
  expect(second.lines.slice(0, read - 1)).toEqual(long.slice(0, read - 1))
  expect(second.lines.slice(read)).toEqual(numbered(10, 10))
  expect(second.broken).toEqual([expect.stringMatching(/^mail\.log\.1\.gz: unexpected end of file/)])
})

test('a file that was moved away and back goes on where it was', async () => {
  writeFileSync(path, text(numbered(0, 10)))
  const reader = start()
  await reader.until(10)
  renameSync(path, `${path}.saved`)
  await sleep(150)
  appendFileSync(`${path}.saved`, text(numbered(10, 5)))
  renameSync(`${path}.saved`, path)
  await reader.until(15)
  await sleep(50)
  await reader.stop()
  expect(reader.lines).toEqual(numbered(0, 15))
})

/** Writes, rotates, compresses and restarts at random; gives what was written and what was read. */
async function roam(seed: number) {
  const random = seeded(seed * 7919 + 1)
  const log = join(folder, `${seed}.log`)
  const read: string[] = []
  let written = 0
  let rotations = 0
  const write = (count: number) => {
    appendFileSync(log, text(numbered(written, count)))
    written += count
  }
  const begin = (known: Generation[]) =>
    start(known, log, async () => {
      if (random(100) < 15) await sleep(random(150))
    })
  // Times of files tell their order: what happens within one tick of the clock has none.
  const apart = () => sleep(12)
  write(3)
  let reader = begin([])
  await reader.until(1)
  for (let step = 0; step < 40; step++) {
    const what = random(100)
    await apart()
    if (what < 55) write(1 + random(120))
    else if (what < 67 && existsSync(log)) renameSync(log, `${log}.${++rotations}`)
    else if (what < 79 && existsSync(log)) {
      copyFileSync(log, `${log}.${++rotations}`)
      truncateSync(log)
    } else if (what < 86 && existsSync(`${log}.${rotations - 1}`)) {
      const older = `${log}.${rotations - 1}`
      const { atime, mtime } = statSync(older)
      writeFileSync(`${older}.gz`, gzipSync(readFileSync(older)))
      utimesSync(`${older}.gz`, atime, mtime)
      unlinkSync(older)
    } else if (what < 92) {
      await reader.stop()
      read.push(...reader.lines)
      if (random(2) === 0) write(5)
      reader = begin(reader.known())
    } else await sleep(random(80))
    await apart()
  }
  await reader.until(written - read.length)
  await sleep(100)
  await reader.stop()
  return { written: numbered(0, written), read: [...read, ...reader.lines] }
}

test('whatever rotations and restarts come while the reader is busy, every line is read once and in order', async () => {
  const runs = await Promise.all(Array.from({ length: 40 }, (_, seed) => roam(seed)))
  for (const { written, read } of runs) expect(read).toEqual(written)
}, 60_000)

test('under load with rotations no line is lost or doubled', async () => {
  writeFileSync(path, '')
  const reader = start()
  let next = 0
  for (let rotation = 0; rotation < 6; rotation++) {
    for (let i = 0; i < 40; i++) {
      appendFileSync(path, text(numbered(next, 25)))
      next += 25
      if (i % 8 === 0) await sleep(3)
    }
    renameSync(path, `${path}.${rotation}`)
    writeFileSync(path, '')
    await sleep(rotation % 2 === 0 ? 5 : 90)
  }
  await reader.until(next)
  await reader.stop()
  expect(reader.lines).toEqual(numbered(0, next))
}, 20_000)
