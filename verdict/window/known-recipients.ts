import type { Store } from '../../store/store.ts'
import { sql } from '../sql.ts'
import { span, type Window } from './read.ts'

// A week: who gets a monthly letter is not known by it, but it is quickly read.
const KNOWN_MS = 7 * 86_400_000

/** When recipients first took mail from a week before the window on, in milliseconds since 1970; nobody is asked for twice. */
export interface KnownRecipients {
  /** Begins to read of these. */
  ask(recipients: readonly string[]): void
  /** Of these, once it is read; undefined of those that took none. */
  firstAccepted(recipients: readonly string[]): Promise<(recipient: string) => number | undefined>
}

/** The recipients of one window. */
export function knownRecipients(store: Store, { direction, from, to }: Window): KnownRecipients {
  const asked = new Map<string, Promise<ReadonlyMap<string, number>>>()
  const read = async (recipients: readonly string[]) => {
    const rows = await store.query<{ recipient: string; first_accepted: number }>(
      sql('window/known-recipients'),
      { direction, ...span(from - KNOWN_MS, to), recipients },
    )
    return new Map(rows.map((row) => [row.recipient, row.first_accepted]))
  }
  const ask = (recipients: readonly string[]) => {
    const others = [...new Set(recipients)].filter((recipient) => !asked.has(recipient))
    if (others.length === 0) return
    const answer = read(others)
    // Whoever waits for it is told of its failure.
    answer.catch(() => {})
    for (const recipient of others) asked.set(recipient, answer)
  }
  return {
    ask,
    async firstAccepted(recipients) {
      ask(recipients)
      const answers = await Promise.all(new Set(recipients.map((recipient) => asked.get(recipient))))
      const known = new Map(answers.flatMap((answer) => [...(answer ?? [])]))
      return (recipient) => known.get(recipient)
    },
  }
}
