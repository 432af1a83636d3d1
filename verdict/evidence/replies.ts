import type { CountedReply } from '../../schemas/verdict.ts'
import type { Wave } from '../subject.ts'
import type { Attempts } from '../window/attempts.ts'
import { isSelected, selectedIn } from '../window/names.ts'
import { isOfKind, kindIn } from './places.ts'

const TOP = 5

/**
 * The replies that a wave's messages got most often by the attempts at these places, which are in the order of their times:
 * the same words counted together, with the latest text.
 */
export function topReplies(attempts: Attempts, places: readonly number[], wave: Wave): CountedReply[] {
  const selected = selectedIn(attempts.names, wave.selection)
  const kind = kindIn(attempts.names, wave)
  const replies = new Map<string, { first: number; last: number; messages: Set<number> }>()
  for (const place of places) {
    if (!isOfKind(attempts, kind, place) || !isSelected(attempts, selected, place)) continue
    const reply_fingerprint = attempts.text(place, 'reply_fingerprint')
    const message = attempts.message[place] ?? 0
    const known = replies.get(reply_fingerprint)
    if (known === undefined)
      replies.set(reply_fingerprint, { first: place, last: place, messages: new Set([message]) })
    else {
      known.last = place
      known.messages.add(message)
    }
  }
  return Array.from(replies, ([reply_fingerprint, { first, last, messages }]) => ({
    reply_fingerprint,
    messages: messages.size,
    reason: attempts.names.texts[attempts.reason[first] ?? 0] ?? '',
    rule: attempts.text(first, 'rule'),
    sample: attempts.text(last, 'reply_text'),
    remote_host: attempts.text(last, 'remote_host'),
  }))
    .sort((a, b) => b.messages - a.messages || (a.reply_fingerprint < b.reply_fingerprint ? -1 : 1))
    .slice(0, TOP)
}
