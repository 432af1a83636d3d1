import type { Direction, Stage } from '../../schemas/event.ts'
import { cachedProviderOfHost } from '../provider/provider.ts'
import type { Classification, Classifier, Reply } from './classify.ts'
import { type Hints, hintsOf } from './extract.ts'
import { fingerprint } from './fingerprint.ts'
import { type Masked, maskedText } from './mask.ts'

/** What every reply has that masks to the same. */
export interface Known {
  classification: Classification
  hints: Hints
  /** Of the reply's text alone, see fingerprint.ts. */
  fingerprint: bigint
}

/** What tells replies apart that mask to the same. */
interface Asked {
  stage: Stage | undefined
  direction: Direction | undefined
  reply_code: number | undefined
  enhanced_code: string | undefined
  provider: string
}

type Entry = Known & Masked & Asked

// Each masked reply has few places of its own: the remote server chooses the words, so that memory is bounded by the
// places and the length of what is kept, and no search grows.
const GROUP_BITS = 12
const GROUP = 4
const MAX_LENGTH = 1024

const MULTIPLIER = 0x9e37_79b1

function mixed(hash: number, value: number): number {
  const next = Math.imul(hash ^ value, MULTIPLIER)
  return next ^ (next >>> 15)
}

function placeOf({ words, length, code, status }: Masked, asked: Asked): number {
  const count = (length + 3) >> 2
  const { stage = '', direction = '', provider, enhanced_code = '', reply_code = 0 } = asked
  // Of names the length tells most apart, and costs least; `isSame` tells all.
  const lengths =
    (stage.length << 24) ^ (direction.length << 16) ^ (enhanced_code.length << 8) ^ provider.length
  // In lanes, for each step waits for the one before.
  let a = mixed(code, status)
  let b = lengths
  let c = reply_code
  let d = count
  let i = 0
  for (; i + 3 < count; i += 4) {
    a = Math.imul(a ^ (words[i] as number), MULTIPLIER)
    b = Math.imul(b ^ (words[i + 1] as number), MULTIPLIER)
    c = Math.imul(c ^ (words[i + 2] as number), MULTIPLIER)
    d = Math.imul(d ^ (words[i + 3] as number), MULTIPLIER)
  }
  for (; i < count; i++) a = mixed(a, words[i] as number)
  return (
    (mixed(mixed(mixed(a, b ^ (b >>> 15)), c ^ (c >>> 15)), d ^ (d >>> 15)) >>> (32 - GROUP_BITS)) * GROUP
  )
}

function isSame(entry: Entry, asked: Asked, masked: Masked): boolean {
  if (
    entry.length !== masked.length ||
    entry.code !== masked.code ||
    entry.status !== masked.status ||
    entry.quoted !== masked.quoted ||
    entry.names !== masked.names ||
    entry.stage !== asked.stage ||
    entry.direction !== asked.direction ||
    entry.reply_code !== asked.reply_code ||
    entry.enhanced_code !== asked.enhanced_code ||
    entry.provider !== asked.provider
  )
    return false
  // A hash can be met on purpose: the words themselves must be the same.
  const { words } = entry
  const others = masked.words
  for (let i = 0; i < words.length; i++) if (words[i] !== others[i]) return false
  return true
}

/** Judges replies, each masked reply once. The answers are the classifier's own: what it hides cannot change them. */
export function cached({ mask, judge }: Classifier): (reply: Reply) => Known {
  const entries = new Array<Entry | undefined>(GROUP << GROUP_BITS).fill(undefined)
  return (reply) => {
    const { remote_host = '', stage, direction, reply_code, enhanced_code } = reply
    const provider = remote_host === '' ? '' : cachedProviderOfHost(remote_host)
    const asked: Asked = { stage, direction, reply_code, enhanced_code, provider }
    const masked = mask(reply, provider)
    const place = placeOf(masked, asked)
    for (let i = place; i < place + GROUP; i++) {
      const entry = entries[i]
      if (entry === undefined) break
      if (isSame(entry, asked, masked)) return entry
    }
    const { code, status, quoted, names, length } = masked
    const words = masked.words.slice(0, (length + 3) >> 2)
    const text = maskedText()
    const { classification, general } = judge(reply, provider, masked)
    const known = {
      classification,
      hints: hintsOf(text, classification),
      fingerprint: fingerprint(reply.reply_text),
    }
    if (general && length <= MAX_LENGTH) {
      entries.copyWithin(place + 1, place, place + GROUP - 1)
      entries[place] = { ...known, ...asked, words, length, code, status, quoted, names }
    }
    return known
  }
}
