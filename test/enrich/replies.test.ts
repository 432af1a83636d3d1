import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { classify, type Reply } from '../../enrich/classify/classify.ts'
import { fingerprint } from '../../enrich/classify/fingerprint.ts'
import { REASONS } from '../../schemas/reasons.ts'

// Replies collected from public documentation, with the reasons that their words allow. None is an example of a rule.

interface Labelled extends Reply {
  /** Reasons of which one is the answer, or is refined by it. */
  gold: string[]
  /** Page, source file or RFC section where the reply is documented. */
  source: string
  /** Its words are not read right yet. */
  missed?: boolean
}

const FOLDER = join(import.meta.dirname, '../fixtures/replies')
const AT_LEAST: Record<string, number> = { 'stage.jsonl': 50, 'inbound.jsonl': 50, 'languages.jsonl': 50 }
const files = readdirSync(FOLDER).map((name) => {
  const lines = readFileSync(join(FOLDER, name), 'utf8').trim().split('\n')
  return { name, replies: lines.map((line) => JSON.parse(line) as Labelled) }
})

const answers = (reply: Labelled, reason: string) =>
  [reason, ...(REASONS.get(reason)?.refines ?? [])].some((name) => reply.gold.includes(name))

describe.each(files)('$name', ({ name, replies }) => {
  test('names known reasons and where each reply is documented', () => {
    expect(replies.length).toBeGreaterThanOrEqual(AT_LEAST[name] ?? 1)
    for (const { gold, source } of replies) {
      for (const reason of gold) expect(REASONS.has(reason), reason).toBe(true)
      expect(source).not.toBe('')
    }
  })
  test('each reply gets a reason that its words allow, but for those that are known to be missed', () => {
    const wrong = replies.flatMap((reply) => {
      const { reason, rule } = classify(reply)
      return answers(reply, reason) === !reply.missed
        ? []
        : [`${reply.gold.join('/')} <- ${reason} (${rule}): ${reply.reply_text}`]
    })
    expect(wrong).toEqual([])
    expect(replies.filter(({ missed }) => missed).length / replies.length).toBeLessThanOrEqual(0.07)
  })
})

test('replies at the same stage that have the same fingerprint have a reason in common', () => {
  const golds = new Map<string, { reply_text: string; gold: string[] }>()
  const apart = files
    .flatMap(({ replies }) => replies)
    .flatMap(({ reply_text, gold, stage, direction }) => {
      const key = [fingerprint(reply_text), stage, direction].join()
      const before = golds.get(key)
      if (before === undefined) golds.set(key, { reply_text, gold })
      return before === undefined || before.gold.some((reason) => gold.includes(reason))
        ? []
        : [`${before.gold}: ${before.reply_text} = ${gold}: ${reply_text}`]
    })
  expect(apart).toEqual([])
})

// A reply of two lines, as a log joins it; and what Postfix writes around one.
const joined = (text: string) =>
  text.replace(
    /^(\d{3}) (\d\.\d{1,3}\.\d{1,3} )?(\S+(?: \S+){0,4}) (\S.*)$/s,
    (_, code: string, status = '', first: string, rest: string) =>
      `${code}-${status}${first} ${code} ${status}${rest}`,
  )
test.each([
  ['its lines are joined', joined],
  [
    'it is quoted',
    (text: string) => `host mx.example.net[192.0.2.7] said: ${text} (in reply to DATA command)`,
  ],
])('a reply that is read right is read right where %s', (_, change) => {
  const right = files.flatMap(({ replies }) =>
    replies.filter(
      ({ missed, reply_text, stage }) =>
        !missed && reply_text.length < 600 && stage !== undefined && /^\d{3}\b/.test(reply_text),
    ),
  )
  const wrong = right.flatMap((reply) => {
    const reply_text = change(reply.reply_text)
    const { reason, rule } = classify({ ...reply, reply_text })
    return answers(reply, reason) ? [] : [`${reply.gold.join('/')} <- ${reason} (${rule}): ${reply_text}`]
  })
  expect(wrong.slice(right.length / 200)).toEqual([])
})
