/** A channel could not be told. The message says why, and never holds a secret. */
export class DeliveryError extends Error {
  override name = 'DeliveryError'
  /** What the receiver asks to wait, in milliseconds. */
  readonly retry_after_ms: number | undefined
  constructor(message: string, retry_after_ms?: number) {
    super(message)
    this.retry_after_ms = retry_after_ms
  }
}

const PATIENCE_MS = 10_000
const MOST_ANSWER = 300
const MOST_WAIT_MS = 3_600_000

/** Retry-After (RFC 9110, 10.2.3) in milliseconds, at most an hour. */
export function retryAfter(header: string | null, now = Date.now()): number | undefined {
  if (header === null) return undefined
  const wait = /^[0-9]{1,9}$/.test(header) ? Number(header) * 1000 : Date.parse(header) - now
  return Number.isNaN(wait) ? undefined : Math.min(Math.max(wait, 0), MOST_WAIT_MS)
}

async function beginning(answer: Response): Promise<string> {
  const reader = answer.body?.getReader()
  if (reader === undefined) return ''
  const { value } = await reader.read()
  await reader.cancel()
  return new TextDecoder().decode(value?.subarray(0, MOST_ANSWER)).trim()
}

/** Posts JSON. Throws a DeliveryError for everything but a 2xx; the address, which may be a secret, is not in it. */
export async function postJson(
  url: string,
  body: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<void> {
  let answer: Response
  try {
    answer = await fetch(url, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', 'User-Agent': 'faultline', ...headers },
      body,
      // Where it is sent is what the configuration says, and nowhere else.
      redirect: 'manual',
      signal: AbortSignal.timeout(PATIENCE_MS),
    })
  } catch (error) {
    const { message, cause, name } = error as Error & { cause?: { code?: string } }
    throw new DeliveryError(
      name === 'TimeoutError' ? `no answer within ${PATIENCE_MS / 1000} s` : (cause?.code ?? message),
    )
  }
  if (answer.ok) {
    await answer.body?.cancel()
    return
  }
  const words = await beginning(answer).catch(() => '')
  throw new DeliveryError(
    `HTTP ${answer.status}${words === '' ? '' : `: ${words}`}`,
    retryAfter(answer.headers.get('retry-after')),
  )
}
