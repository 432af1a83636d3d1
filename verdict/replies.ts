import type { CountedReply } from '../schemas/verdict.ts'
import type { Attempt } from './attempts.ts'
import { isSelected } from './messages.ts'
import type { Wave } from './subject.ts'

const TOP = 5

/**
 * The replies that a wave's messages got most often by these attempts, which are in the order of their times: the same
 * words counted together, with the latest text.
 */
export function topReplies(attempts: readonly Attempt[], { held, sides, ...wave }: Wave): CountedReply[] {
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
      ...{ reply_fingerprint, messages: messages.size, reason, rule },
      ...{ sample: last.reply_text, remote_host: last.remote_host },
    }))
    .sort((a, b) => b.messages - a.messages || (a.reply_fingerprint < b.reply_fingerprint ? -1 : 1))
    .slice(0, TOP)
}
