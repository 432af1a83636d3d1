import type { Direction, Stage } from '../../schemas/event.ts'
import { cachedProviderOfHost } from '../provider/provider.ts'
import type { Classification, Classifier, Reply } from './classify.ts'
import { type Hints, hintsOf } from './extract.ts'
import { fingerprint } from './fingerprint.ts'
import { HEAD, maskedText } from './mask.ts'

/** What every reply has that masks to the same. */
export interface Known {
  classification: Classification
  hints: Hints
  /** Of the reply's text alone, see fingerprint.ts. */
  fingerprint: bigint
}

/** What tells replies apart that mask to the same, but for the reply code that the log told: that is in the key. */
interface Asked {
  stage: Stage | undefined
  direction: Direction | undefined
  enhanced_code: string | undefined
  provider: string
}

/** What is known, and of which replies. */
interface Entry extends Asked {
  key: Uint32Array
  known: Known
}

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

function placeOf(key: Uint32Array, count: number, asked: Asked): number {
  const { stage = '', direction = '', provider, enhanced_code = '' } = asked
  // In lanes, for each step waits for the one before. Of names the length tells most apart, and costs least; `isSame`
  // tells all.
  let a = stage.length
  let b = direction.length
  let c = enhanced_code.length
  let d = provider.length
  let i = 0
  for (; i + 3 < count; i += 4) {
    a = Math.imul(a ^ (key[i] as number), MULTIPLIER)
    b = Math.imul(b ^ (key[i + 1] as number), MULTIPLIER)
    c = Math.imul(c ^ (key[i + 2] as number), MULTIPLIER)
    d = Math.imul(d ^ (key[i + 3] as number), MULTIPLIER)
  }
  for (; i < count; i++) a = mixed(a, key[i] as number)
  return (
    (mixed(mixed(mixed(a, b ^ (b >>> 15)), c ^ (c >>> 15)), d ^ (d >>> 15)) >>> (32 - GROUP_BITS)) * GROUP
  )
}

// A hash can be met on purpose: the words themselves must be the same. The length is among the first four.
function isSame(entry: Entry, asked: Asked, key: Uint32Array): boolean {
  const own = entry.key
  const count = own.length
  let i = 0
  for (; i + 3 < count; i += 4) {
    const a = (key[i] as number) ^ (own[i] as number)
    const b = (key[i + 1] as number) ^ (own[i + 1] as number)
    const c = (key[i + 2] as number) ^ (own[i + 2] as number)
    const d = (key[i + 3] as number) ^ (own[i + 3] as number)
    if ((a | b | c | d) !== 0) return false
  }
  for (; i < count; i++) if (key[i] !== own[i]) return false
  return (
    entry.provider === asked.provider &&
    entry.stage === asked.stage &&
    entry.direction === asked.direction &&
    entry.enhanced_code === asked.enhanced_code
  )
}

/** Judges replies, each masked reply once. The answers are the classifier's own: what it hides cannot change them. */
export function cached({ mask, judge }: Classifier): (reply: Reply) => Known {
  const entries = new Array<Entry | undefined>(GROUP << GROUP_BITS).fill(undefined)
  return (reply) => {
    const { remote_host = '', stage, direction, reply_code = 0, enhanced_code } = reply
    const provider = remote_host === '' ? '' : cachedProviderOfHost(remote_host)
    const asked: Asked = { stage, direction, enhanced_code, provider }
    const masked = mask(reply, provider)
    const { key, length } = masked
    key[HEAD - 1] = reply_code
    const count = HEAD + ((length + 3) >> 2)
    const place = placeOf(key, count, asked)
    for (let i = place; i < place + GROUP; i++) {
      const entry = entries[i]
      if (entry === undefined) break
      if (isSame(entry, asked, key)) return entry.known
    }
    const keyOfThis = key.slice(0, count)
    const text = maskedText()
    const { classification, general } = judge(reply, provider, masked)
    const known = {
      classification,
      hints: hintsOf(text, classification),
      fingerprint: fingerprint(reply.reply_text),
    }
    if (general && length <= MAX_LENGTH) {
      entries.copyWithin(place + 1, place, place + GROUP - 1)
      entries[place] = { key: keyOfThis, stage, direction, enhanced_code, provider, known }
    }
    return known
  }
}
