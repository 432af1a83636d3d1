import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { zstdDecompressSync } from 'node:zlib'

const sampleText = () =>
  zstdDecompressSync(readFileSync(join(import.meta.dirname, 'sample.log.zst')))
    .toString()
    .trimEnd()

/** The domains that the sample's messages come from and go to. */
export function sampleDomains(): string[] {
  const addresses = sampleText().matchAll(/ (?:from|to)=<[^@>\n]*@([a-z0-9.-]+)>/g)
  return [...new Set([...addresses].map(([, domain = '']) => domain))]
}

/**
 * A log of `lines` lines made of the sample of a real Postfix, again and again: each time with other queue ids, so that
 * messages stay apart. Gives its path; it is made once.
 */
export function sampleLog(lines: number): string {
  const path = join(tmpdir(), `faultline-bench-${lines}.log`)
  if (statSync(path, { throwIfNoEntry: false })) return path
  const sample = sampleText().split('\n')
  const parts: string[] = []
  for (let round = 0, left = lines; left > 0; round++, left -= sample.length) {
    const tag = round.toString(16).toUpperCase().padStart(3, '0')
    const part = left >= sample.length ? sample : sample.slice(0, left)
    parts.push(part.map((line) => line.replace(/(\]: )([0-9A-F]{6,12}): /, `$1$2${tag}: `)).join('\n'))
  }
  writeFileSync(path, `${parts.join('\n')}\n`)
  return path
}
