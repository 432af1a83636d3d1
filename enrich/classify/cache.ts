import type { Direction, Stage } from '../../schemas/event.ts'
import { cachedProviderOfHost } from '../provider/provider.ts'
import type { Classification, Classifier, Reply } from './classify.ts'
import { type Hints, hintsOf } from './extract.ts'
import { type Masked, maskedText } from './mask.ts'

/** What every reply has that masks to the same. */
export interface Known {
  classification: Classification
  hints: Hints
}

interface Entry extends Known {
  words: Uint32Array
  length: number
  code: number
  status: number
  quoted: number
  stage: Stage | undefined
  direction: Direction | undefined
  reply_code: number | undefined
  enhanced_code: string | undefined
  provider: string
}

// Each masked reply has few places of its own: the remote server chooses the words, so that memory is bounded by the
// places and the length of what is kept, and no search grows.
const GROUP_BITS = 12
const GROUP = 4
const MAX_LENGTH = 1024

function mixed(hash: number, value: number): number {
  const next = Math.imul(hash ^ value, 0x9e37_79b1)
  return next ^ (next >>> 15)
}

function placeOf({ words, length, code, status }: Masked, reply: Reply, provider: string): number {
  const { stage = '', direction = '', reply_code = 0, enhanced_code = '' } = reply
  let hash = mixed(mixed(code, status), reply_code)
  // Two letters tell most of them apart; `isSame` tells all.
  for (const name of [stage, direction, provider, enhanced_code])
    hash = mixed(hash, name.length === 0 ? 0 : (name.charCodeAt(0) << 16) ^ name.charCodeAt(name.length - 1))
  // In two lanes, for each step waits for the one before. Also the last word, of which 0 fills the rest: many replies
  // differ in their end alone.
  const count = (length + 3) >> 2
  let lane = count
  for (let i = count & 1; i < count; i += 2) {
    hash = mixed(hash, words[i] as number)
    lane = mixed(lane, words[i + 1] as number)
  }
  if (count & 1) hash = mixed(hash, words[0] as number)
  return (mixed(hash, lane) >>> (32 - GROUP_BITS)) * GROUP
}

function isSame(entry: Entry, reply: Reply, provider: string, masked: Masked): boolean {
  if (
    entry.length !== masked.length ||
    entry.code !== masked.code ||
    entry.status !== masked.status ||
    entry.quoted !== masked.quoted ||
    entry.stage !== reply.stage ||
    entry.direction !== reply.direction ||
    entry.reply_code !== reply.reply_code ||
    entry.enhanced_code !== reply.enhanced_code ||
    entry.provider !== provider
  )
    return false
  // A hash can be met on purpose: the words themselves must be the same.
  const { words } = entry
  for (let i = 0; i < words.length; i++) if (words[i] !== masked.words[i]) return false
  return true
}

/** Judges replies, each masked reply once. The answers are the classifier's own: what it hides cannot change them. */
export function cached({ mask, judge }: Classifier): (reply: Reply) => Known {
  const entries = new Array<Entry | undefined>(GROUP << GROUP_BITS).fill(undefined)
  return (reply) => {
    const { remote_host = '', stage, direction, reply_code, enhanced_code } = reply
    const provider = remote_host === '' ? '' : cachedProviderOfHost(remote_host)
    const masked = mask(reply, provider)
    const place = placeOf(masked, reply, provider)
    for (let i = place; i < place + GROUP; i++) {
      const entry = entries[i]
      if (entry === undefined) break
      if (isSame(entry, reply, provider, masked)) return entry
    }
    const { code, status, quoted, length } = masked
    const words = masked.words.slice(0, (length + 3) >> 2)
    const text = maskedText()
    const { classification, general } = judge(reply, provider, masked)
    const known = {
      classification,
      hints: hintsOf(text, classification),
    }
    if (general && length <= MAX_LENGTH) {
      entries.copyWithin(place + 1, place, place + GROUP - 1)
      entries[place] = {
        ...known,
        ...{ words, length, code, status, quoted, stage, direction, reply_code, enhanced_code, provider },
      }
    }
    return known
  }
}
