import type { CountedReply } from '../schemas/verdict.ts'
import type { Store } from '../store/store.ts'
import type { Attempt } from './attempts.ts'
import { isSelected } from './messages.ts'
import { span, type Window } from './read.ts'
import { sql } from './sql.ts'
import type { Wave } from './subject.ts'

/** A reply that a subject got, the same words counted together. */
export interface Reply extends Omit<CountedReply, 'sample' | 'remote_host'> {
  /** The attempt that got it last. */
  last: Attempt
}

const TOP = 5

/** The replies that a wave's messages got most often by these attempts, which are in the order of their times. */
export function topReplies(attempts: readonly Attempt[], { held, sides, ...wave }: Wave): Reply[] {
  const replies = new Map<string, { first: Attempt; last: Attempt; messages: Set<number> }>()
  for (const attempt of attempts) {
    if (!held.includes(attempt.state) || (sides.length > 0 && !sides.includes(attempt.side))) continue
    if (!isSelected(wave, attempt)) continue
    const { reply_fingerprint, message } = attempt
    const known = replies.get(reply_fingerprint)
    if (known === undefined)
      replies.set(reply_fingerprint, { first: attempt, last: attempt, messages: new Set([message]) })
    else {
      known.last = attempt
      known.messages.add(message)
    }
  }
  return [...replies.values()]
    .map(({ first: { reply_fingerprint, reason, rule }, last, messages }) => ({
      ...{ reply_fingerprint, messages: messages.size, reason, rule, last },
    }))
    .sort((a, b) => b.messages - a.messages || (a.reply_fingerprint < b.reply_fingerprint ? -1 : 1))
    .slice(0, TOP)
}

interface Text extends Pick<CountedReply, 'reply_fingerprint' | 'sample' | 'remote_host'> {
  time: number
  message: number
}

/** Reads the texts of replies of a window, all at once; gives what puts its text to each of them. */
export async function readReplies(
  store: Store,
  { direction, from, to }: Window,
  replies: readonly Reply[],
): Promise<(reply: Reply) => CountedReply> {
  const times = [...new Set(replies.map(({ last }) => last.time))]
  const asked = { direction, ...span(from, to), times }
  const texts = times.length === 0 ? [] : await store.query<Text>(sql('replies'), asked)
  const keyOf = ({ time, message, reply_fingerprint }: Omit<Text, 'sample' | 'remote_host'>) =>
    `${time} ${message} ${reply_fingerprint}`
  const byKey = new Map(texts.map((text) => [keyOf(text), text]))
  return ({ last, ...reply }) => {
    const { sample = '', remote_host = '' } = byKey.get(keyOf(last)) ?? {}
    return { ...reply, sample, remote_host }
  }
}
