import { createInterface } from 'node:readline'
import { parseArgs } from 'node:util'
import { z } from 'zod'
import { type Classification, classify, type Reply } from '../enrich/classify/classify.ts'
import { DIRECTIONS, STAGES } from '../schemas/event.ts'

const ReplySchema = z.object({
  reply_text: z.string(),
  stage: z.enum(STAGES).optional().catch(undefined),
  remote_host: z.string().optional().catch(undefined),
  direction: z.enum(DIRECTIONS).optional().catch(undefined),
  reply_code: z.number().optional().catch(undefined),
  enhanced_code: z.string().optional().catch(undefined),
})

// A line that is no reply object is a reply's plain text: every line gets an answer.
function replyOf(line: string): Reply {
  if (line.startsWith('{')) {
    try {
      const reply = ReplySchema.safeParse(JSON.parse(line))
      if (reply.success) return reply.data
    } catch {}
  }
  return { reply_text: line }
}

// Replies are hostile text: no control or direction character of theirs reaches the terminal.
const UNSAFE = /[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g
const escaped = (text: string) =>
  text.replace(UNSAFE, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)

function forPeople(reply: Reply, found: Classification): string {
  const lines = [
    ['reply', reply.reply_text],
    ['reason', found.reason || 'unknown'],
    ['side', found.side],
    ['fault', found.fault],
    ['rule', found.rule],
    ['evidence', found.evidence],
    ['provider', found.provider || 'unknown'],
    ['confidence', `${found.confidence}%`],
    ['alternatives', found.alternatives.join(', ')],
  ] as const
  return lines
    .flatMap(([name, value]) => (value === '' ? [] : [`${name.padEnd(13)}${escaped(value)}\n`]))
    .join('')
}

/** `faultline classify [REPLY...|-] [--json]`: judges replies given as arguments or, with `-`, one a line of stdin. */
export async function classifyCommand(args: string[]): Promise<number> {
  let json: boolean
  let positionals: string[]
  try {
    const parsed = parseArgs({
      args,
      options: { json: { type: 'boolean', default: false } },
      allowPositionals: true,
    })
    json = parsed.values.json
    positionals = parsed.positionals
  } catch (error) {
    process.stderr.write(`faultline classify: ${escaped((error as Error).message)}\n`)
    return 2
  }
  if (positionals.length === 0) {
    process.stderr.write('faultline classify: give a reply in quotes, or - to read one a line from stdin\n')
    return 2
  }
  let first = true
  const answer = async (reply: Reply) => {
    const found = classify(reply)
    const text = json ? `${JSON.stringify(found)}\n` : `${first ? '' : '\n'}${forPeople(reply, found)}`
    first = false
    if (!process.stdout.write(text)) await new Promise((resolve) => process.stdout.once('drain', resolve))
  }
  for (const positional of positionals) {
    if (positional !== '-') await answer(replyOf(positional))
    else
      for await (const line of createInterface({ input: process.stdin, crlfDelay: Number.POSITIVE_INFINITY }))
        await answer(replyOf(line))
  }
  return 0
}
