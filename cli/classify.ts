import { createInterface } from 'node:readline'
import { z } from 'zod'
import { answerTo } from '../enrich/classify/answer.ts'
import { type Classifier, classifier, type Reply } from '../enrich/classify/classify.ts'
import { DIRECTIONS, STAGES } from '../schemas/event.ts'
import { loadConfiguration } from './arguments/configuration.ts'
import { HELP_OPTION, parseOptions } from './arguments/options.ts'
import { useConfiguredRules } from './arguments/own-rules.ts'
import { UsageError } from './arguments/usage-error.ts'
import { classifyText } from './output/classify-text.ts'
import { print } from './output/rows.ts'

const HELP = `faultline classify [--stage STAGE] [--remote-host HOST] [--direction D] [--json] [--config FILE] REPLY...|-

Says what SMTP replies mean: the reason, the side, whose fault, the words that decided, and what to do about it.
With - one reply a line is read from standard input: its text, or a JSON object with reply_text and, where known,
stage, remote_host, direction, reply_code and enhanced_code.

  --stage STAGE        ${STAGES.join(', ')}
  --remote-host HOST   the server that answered
  --direction D        outbound (a remote server refused us; the default) or inbound (we refused a client)
  --json               one line of JSON for each reply
  --config FILE        configuration file, for a folder of own rules

example:  faultline classify '550 5.4.1 Recipient address rejected: Access denied. AS(201806281)'`

const OPTIONS = {
  json: { type: 'boolean', default: false },
  stage: { type: 'string' },
  'remote-host': { type: 'string' },
  direction: { type: 'string' },
  config: { type: 'string' },
  ...HELP_OPTION,
} as const

const ReplySchema = z.object({
  reply_text: z.string(),
  stage: z.enum(STAGES).optional().catch(undefined),
  remote_host: z.string().optional().catch(undefined),
  direction: z.enum(DIRECTIONS).optional().catch(undefined),
  reply_code: z.number().optional().catch(undefined),
  enhanced_code: z.string().optional().catch(undefined),
})

// A line that is no reply object is a reply's plain text: every line gets an answer.
function replyOf(line: string, known: Partial<Reply>): Reply {
  if (line.startsWith('{')) {
    try {
      const reply = ReplySchema.safeParse(JSON.parse(line))
      if (reply.success) return { ...known, ...reply.data }
    } catch {}
  }
  return { ...known, reply_text: line }
}

function oneOf<Word extends string>(
  option: string,
  words: readonly Word[],
  value?: string,
): Word | undefined {
  const word = words.find((name) => name === value)
  if (value !== undefined && word === undefined)
    throw new UsageError(`${option} ${JSON.stringify(value)} is not known; use ${words.join(', ')}`)
  return word
}

async function* linesOf(positionals: readonly string[]): AsyncGenerator<string> {
  for (const positional of positionals)
    if (positional === '-')
      yield* createInterface({ input: process.stdin, crlfDelay: Number.POSITIVE_INFINITY })
    else yield positional
}

/** `faultline classify`: see HELP. Gives the exit code. */
export async function classifyCommand(args: string[]): Promise<number> {
  const { values, positionals } = parseOptions('classify', args, OPTIONS, { takesArguments: true })
  if (values.help) {
    console.log(HELP)
    return 0
  }
  if (positionals.length === 0)
    throw new UsageError(
      'give a reply in quotes, or - to read one a line from stdin; see faultline classify --help',
    )
  const known: Partial<Reply> = {
    stage: oneOf('--stage', STAGES, values.stage),
    remote_host: values['remote-host'],
    direction: oneOf('--direction', DIRECTIONS, values.direction),
  }
  useConfiguredRules(loadConfiguration(values.config))
  const rules: Classifier = classifier()
  let gap = ''
  for await (const line of linesOf(positionals)) {
    const reply = replyOf(line, known)
    const answer = answerTo(reply, rules)
    await print(values.json ? `${JSON.stringify(answer)}\n` : `${gap}${classifyText(reply, answer)}`)
    gap = '\n'
  }
  return 0
}
