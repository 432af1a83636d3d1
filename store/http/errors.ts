/** A statement or a request that is refused, in ClickHouse's terms: its code, the code's name, and what is wrong. */
export class Refusal extends Error {
  readonly code: number
  readonly kind: string
  readonly status: number

  constructor(code: number, kind: string, message: string, status = statusOf(code)) {
    super(message)
    this.code = code
    this.kind = kind
    this.status = status
  }
}

// ClickHouse's exceptionCodeToHTTPStatus; whatever it does not name is 500.
const STATUSES: [status: number, codes: readonly number[]][] = [
  [401, [194]],
  [403, [192, 193, 497, 516]],
  [400, [6, 15, 25, 26, 27, 36, 38, 41, 44, 10, 53, 62, 69, 72, 117, 167, 168, 295, 427, 441, 675, 676]],
  [404, [35, 46, 47, 50, 56, 60, 63, 73, 77, 78, 81, 115, 511]],
  [408, [159]],
  [413, [223]],
  [501, [48]],
  [503, [76, 209, 202, 439]],
]

function statusOf(code: number): number {
  return STATUSES.find(([, codes]) => codes.includes(code))?.[0] ?? 500
}

const SHAPE = /^(?:Code: (\d+)\. )?(?:DB::Exception: )?(.*?)(?: \(([A-Z][A-Z0-9_]+)\))?$/s

const OURS = ': In scope SELECT formatQuery('

/** Takes our own statement out of a message; it holds the sender's text, so it is found by its ends. */
function withoutOurs(text: string): string {
  const start = text.indexOf(OURS)
  const end = Math.max(text.lastIndexOf(') ('), text.lastIndexOf('). ('))
  return start === -1 || end < start + OURS.length ? text : text.slice(0, start) + text.slice(end + 1)
}

/** A message without its name, which may stand twice where one exception wrapped the other. */
function once(message: string): string {
  let text = message
  for (;;) {
    const name = text.lastIndexOf(' (')
    if (name === -1 || !/^ \([A-Z][A-Z0-9_]+\)[. ]*$/.test(text.slice(name))) break
    text = text.slice(0, name)
  }
  let end = text.length
  while (text[end - 1] === '.' || text[end - 1] === ' ') end--
  return text.slice(0, end)
}

/** The engine's error as a refusal: without its stack, and without the statement of ours that it happened in. */
export function engineRefusal(error: unknown): Refusal {
  if (error instanceof Refusal) return error
  const [text = ''] = (error instanceof Error ? error.message : String(error)).split(/,? ?\n?Stack trace/)
  const plain = withoutOurs(
    text
      .replace(/^(Code: \d+\. DB::Exception: )+(?=Code: )/, '')
      .replace(/ \(version [^()]*(?:\([^()]*\))?\)/g, ''),
  ).trim()
  const [, code, message, kind] = SHAPE.exec(plain) ?? []
  return new Refusal(Number(code ?? 1002), kind ?? 'UNKNOWN_EXCEPTION', once(message ?? plain).slice(0, 4000))
}

/** How ClickHouse writes an error into an answer's body; its clients take code, text and name from there. */
export function errorText({ code, message, kind }: Refusal, version: string): string {
  return `Code: ${code}. DB::Exception: ${message}. (${kind}) (version ${version})\n`
}
