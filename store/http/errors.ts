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

/** The engine's error as a refusal: without its stack, and without the statement of ours that it happened in. */
export function engineRefusal(error: unknown): Refusal {
  if (error instanceof Refusal) return error
  const [text = ''] = (error instanceof Error ? error.message : String(error)).split(/,? ?\n?Stack trace/)
  const plain = text
    .replace(/^(Code: \d+\. DB::Exception: )+(?=Code: )/, '')
    .replace(/ \(version [^()]*(?:\([^()]*\))?\)/g, '')
    .replace(/: In scope SELECT formatQuery\(.*\)(?=\.? \()/s, '')
    .trim()
  const [, code, message, kind] = SHAPE.exec(plain) ?? []
  // The name may stand twice where one exception wrapped the other.
  const once = (message ?? plain).replace(/(?:\.? \([A-Z][A-Z0-9_]+\))+\.?$/, '').replace(/[. ]+$/, '')
  return new Refusal(Number(code ?? 1002), kind ?? 'UNKNOWN_EXCEPTION', once.slice(0, 4000))
}

/** How ClickHouse writes an error into an answer's body; its clients take code, text and name from there. */
export function errorText({ code, message, kind }: Refusal, version: string): string {
  return `Code: ${code}. DB::Exception: ${message}. (${kind}) (version ${version})\n`
}
