import { setTimeout as sleep } from 'node:timers/promises'
import type { VerdictItem } from '../schemas/verdict.ts'
import { print } from './output/rows.ts'
import { verdictText } from './output/verdict-text.ts'
import { untilStopped } from './stop-signal.ts'

// To the upper left corner, and everything below it away; the scroll-back stays (ECMA-48, 8.3.21 and 8.3.39).
const CLEAR = '\u001b[H\u001b[J'

/**
 * Prints verdicts again and again until Ctrl-C (or `signal`): on a terminal each replaces the last, as JSON it is an
 * array a line.
 */
export async function watchVerdicts(
  interval_ms: number,
  asJson: boolean,
  judge: () => Promise<VerdictItem[]>,
  signal: AbortSignal = untilStopped(),
): Promise<void> {
  while (!signal.aborted) {
    const items = await judge()
    if (signal.aborted) return
    if (asJson) await print(`${JSON.stringify(items)}\n`)
    else {
      const words = items.length === 0 ? 'no wave of refusals\n' : items.map(verdictText).join('\n')
      const clear = process.stdout.isTTY ? CLEAR : ''
      await print(`${clear}${new Date().toISOString()}, every ${interval_ms / 1000} s\n\n${words}`)
    }
    await sleep(interval_ms, undefined, { signal }).catch(() => {})
  }
}
