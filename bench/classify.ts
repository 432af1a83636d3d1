import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { cached } from '../enrich/classify/cache.ts'
import { compile, type Reply } from '../enrich/classify/classify.ts'
import { loadRules } from '../enrich/classify/rules.ts'

const REPLIES = 20_000
const ROUNDS = 15
const HOSTILE_LENGTH = 65_536
const root = join(import.meta.dirname, '..')

/** Replies of real servers, each line with what the log told beside the words. */
export function realReplies(): Reply[] {
  return readFileSync(join(root, 'test/fixtures/logged-replies.jsonl'), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))
}

let seed = 1
function random(below: number): number {
  seed = (Math.imul(seed, 1_103_515_245) + 12_345) & 0x7fff_ffff
  return seed % below
}

/** The reply to another message: other addresses, hosts, IPs, ids and numbers, so that no two are the same. */
export function varied(text: string): string {
  return text
    .replace(/[\w.+-]+@[\w.-]+/g, () => `user${random(1e9)}@host${random(1e6)}.example`)
    .replace(
      /\b\d{1,3}(?:\.\d{1,3}){3}\b/g,
      () => `${random(255)}.${random(255)}.${random(255)}.${random(255)}`,
    )
    .replace(/\b(?=[a-z]*\d)[0-9a-f]{8,}\b/gi, () =>
      random(2 ** 31)
        .toString(16)
        .toUpperCase(),
    )
    .concat(
      ` (${random(2 ** 31)
        .toString(16)
        .padStart(8, '0')}.${random(1e9)})`,
    )
}

const median = (values: number[]) => values.sort((a, b) => a - b)[values.length >> 1] ?? 0

/** Replies a CPU second, the median of several rounds over all of them. */
export function speedOf(replies: readonly Reply[], judge: (reply: Reply) => unknown): number {
  const speeds: number[] = []
  for (let round = 0; round < ROUNDS; round++) {
    const before = process.cpuUsage()
    for (const reply of replies) judge(reply)
    const { user, system } = process.cpuUsage(before)
    speeds.push((replies.length * 1e6) / (user + system))
  }
  return median(speeds)
}

/** Texts that a server could send to cost time. */
function hostile(words: readonly string[]): Record<string, string> {
  const repeated = (unit: string) =>
    unit.repeat(Math.ceil(HOSTILE_LENGTH / unit.length)).slice(0, HOSTILE_LENGTH)
  return {
    'one letter': repeated('a'),
    addresses: repeated('a@'),
    hosts: repeated('a.b.'),
    codes: repeated('550 5.1.1 '),
    'quoted replies': repeated('said: 550 5.1.1 '),
    'a word of many rules': repeated('user '),
    'words of all rules': repeated(words.join(' ')),
    'escaped bytes': repeated('\\303\\251'),
    'encoded words': repeated('=?utf-8?q?=C3=A9?= '),
    'bytes of other encodings': repeated('\u00e9\u00c0\u00bf'),
    'combining marks': repeated('e\u0301'),
    'retry words': repeated('try again '),
  }
}

/** Start-up of the rules; replies a second of one core, each new or known by its fingerprint; the worst of 64 KiB. */
export async function benchClassify(): Promise<void> {
  const begun = performance.now()
  const rules = loadRules()
  const classifier = compile(rules)
  console.log(`classify: ${rules.length} rules ready in ${(performance.now() - begun).toFixed(1)} ms`)

  const real = realReplies()
  const replies = Array.from({ length: REPLIES }, (_, i): Reply => {
    const { reply_text, stage, remote_host, direction, reply_code, enhanced_code } = real[
      i % real.length
    ] as Reply
    // All have the same fields, as events do.
    return { reply_text: varied(reply_text), stage, remote_host, direction, reply_code, enhanced_code }
  })
  const units = replies.reduce((sum, { reply_text }) => sum + reply_text.length, 0)
  console.log(
    `classify: ${REPLIES} different replies made of ${real.length} real ones, ${Math.round(units / REPLIES)} characters each`,
  )
  console.log(`classify: uncached ${Math.round(speedOf(replies, classifier.classify))} replies a CPU second`)
  console.log(
    `classify: cached by fingerprint ${Math.round(speedOf(replies, cached(classifier)))} replies a CPU second`,
  )

  const words = rules.flatMap(({ words = [], all = [] }) => [...words, ...all])
  for (const [shape, text] of Object.entries(hostile(words))) {
    const judge = cached(classifier)
    const times: number[] = []
    for (let round = 0; round < 25; round++) {
      // Another length each time, so that no round finds the one before.
      const before = performance.now()
      judge({ reply_text: text.slice(round) })
      times.push(performance.now() - before)
    }
    const first = times[0] ?? 0
    const worst = Math.max(...times)
    console.log(
      `classify: 64 KiB of ${shape}: ${median([...times]).toFixed(2)} ms, the first ${first.toFixed(2)} ms, at most ${worst.toFixed(2)} ms`,
    )
  }
}
