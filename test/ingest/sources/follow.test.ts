import {
  appendFileSync,
  copyFileSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { gzipSync } from 'node:zlib'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { follow } from '../../../ingest/sources/follow.ts'
import type { Generation } from '../../../ingest/sources/generation.ts'
import { readLines } from '../../../ingest/sources/lines.ts'

let folder = ''
let path = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'faultline-follow-'))
  path = join(folder, 'mail.log')
})
afterEach(() => rmSync(folder, { recursive: true }))

/** Follows `path` until stopped, keeping lines and the last place, as a worker does. */
function start(from?: Generation) {
  const stop = new AbortController()
  const lines: string[] = []
  let last: Generation | undefined
  const options = { pollMs: 5, graceMs: 60, signal: stop.signal, ...(from === undefined ? {} : { from }) }
  const done = (async () => {
    for await (const { generation, chunks } of follow(path, options)) {
      last = generation
      for await (const block of readLines(chunks, { offset: generation.offset })) {
        // What is given last when we stop may lack its end: a worker does not count it as read.
        if (stop.signal.aborted) break
        lines.push(...block.lines)
        const index = block.lines.length - 1
        generation.offset = (block.offsets[index] ?? 0) + block.bytes(index).length + 1
      }
    }
  })()
  return {
    lines,
    place: () => last && { ...last },
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
  const second = start(first.place())
  await second.until(10)
  await second.stop()
  expect([...first.lines, ...second.lines]).toEqual(numbered(0, 20))
})

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
