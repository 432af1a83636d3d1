import { decode, encode, RECURSION_DESIRED, type Answer as ResourceRecord } from 'dns-packet'
import type { AnswerStatus, RecordType } from './answer.ts'

/** One question as it goes over the wire, and what an answer to it must repeat. */
export interface Query {
  name: string
  type: RecordType
  id: number
  bytes: Buffer
  /** Bytes of the question section. */
  question: Buffer
}

const HEADER = 12
// Below what fragments on any usual path (DNS flag day 2020).
const UDP_PAYLOAD = 1232
// RFC 1035, 2.3.4: 255 octets on the wire are 253 as text.
const MAX_NAME = 253
const MAX_LABEL = 63
// More than any name has. Compression lets each of thousands of records lead through thousands of pointers.
const MAX_RECORDS = 1000

/** Whether a name can stand in a question: labels of 1 to 63 octets, 253 in all, printable ASCII. The root is `''`. */
export function isAskable(name: string): boolean {
  if (name.length > MAX_NAME) return false
  if (name === '') return true
  let label = 0
  for (let i = 0; i < name.length; i++) {
    const c = name.charCodeAt(i)
    if (c < 0x20 || c > 0x7e) return false
    if (c !== 0x2e) label++
    else if (label === 0) return false
    else label = 0
    if (label > MAX_LABEL) return false
  }
  return label > 0
}

/** A question with recursion desired and, unless told otherwise, EDNS (RFC 6891). The name must be askable. */
export function encodeQuery(name: string, type: RecordType, id: number, edns = true): Query {
  const bytes = encode({
    type: 'query',
    id,
    flags: RECURSION_DESIRED,
    questions: [{ name: name === '' ? '.' : name, type }],
    ...(edns
      ? {
          additionals: [
            {
              type: 'OPT',
              name: '.',
              udpPayloadSize: UDP_PAYLOAD,
              extendedRcode: 0,
              ednsVersion: 0,
              flags: 0,
              flag_do: false,
              options: [],
            },
          ],
        }
      : {}),
  })
  const end = HEADER + (name === '' ? 1 : name.length + 2) + 4
  return { name, type, id, bytes, question: bytes.subarray(HEADER, end) }
}

/** What an answer says, before its CNAMEs are followed. `malformed` where its sections cannot be read. */
export interface Message {
  rcode: number
  truncated: boolean
  /** Whether whoever answered knows: it is the authority, or asks on. Neither is a lame server. */
  knows: boolean
  malformed: boolean
  answers: readonly ResourceRecord[]
  authorities: readonly ResourceRecord[]
}

/** What came back: an answer, nothing in time, or word that nobody listens there. */
export type Reply = Message | 'timeout' | 'unreachable'

/** Response codes (RFC 1035, 4.1.1). */
export const RCODE = { NOERROR: 0, FORMERR: 1, SERVFAIL: 2, NXDOMAIN: 3, NOTIMP: 4, REFUSED: 5 } as const

// ASCII letters compare without case; lengths and types are below 0x41 or equal anyway.
function sameQuestion(bytes: Buffer, question: Buffer): boolean {
  if (bytes.length < HEADER + question.length) return false
  for (let i = 0; i < question.length; i++) {
    const [a = 0, b = 0] = [bytes[HEADER + i], question[i]]
    if (a === b) continue
    const isLetter = (a | 0x20) >= 0x61 && (a | 0x20) <= 0x7a
    // The type and class, at the end, are no letters.
    if (!isLetter || (a ^ b) !== 0x20 || i >= question.length - 4) return false
  }
  return true
}

/**
 * Reads an answer to a query. `undefined` where it answers something else (RFC 5452, 9.1: id and question must be
 * repeated): such a datagram is to be ignored. Never throws.
 */
export function readMessage(bytes: Buffer, query: Query): Message | undefined {
  if (bytes.length < HEADER || bytes.readUInt16BE(0) !== query.id) return undefined
  const flags = bytes.readUInt16BE(2)
  const isResponse = flags >> 15 === 1 && ((flags >> 11) & 0xf) === 0
  if (!isResponse) return undefined
  const rcode = flags & 0xf
  const questions = bytes.readUInt16BE(4)
  const empty: Message = {
    rcode,
    truncated: (flags & 0x200) !== 0,
    knows: (flags & 0x480) !== 0,
    malformed: false,
    answers: [],
    authorities: [],
  }
  // A server that cannot read a question may leave it out (RFC 6891, 7).
  if (questions === 0 && (rcode === RCODE.FORMERR || rcode === RCODE.NOTIMP)) return empty
  if (questions !== 1 || !sameQuestion(bytes, query.question)) return undefined
  if (empty.truncated) return empty
  const records = bytes.readUInt16BE(6) + bytes.readUInt16BE(8) + bytes.readUInt16BE(10)
  if (records > MAX_RECORDS) return { ...empty, malformed: true }
  try {
    const { answers = [], authorities = [] } = decode(bytes)
    // The library slices beyond the end without a word.
    if (decode.bytes > bytes.length) return { ...empty, malformed: true }
    return { ...empty, answers, authorities }
  } catch {
    return { ...empty, malformed: true }
  }
}

/** What is found in a message for a name and type. */
export interface Finding {
  status: AnswerStatus
  records: string[]
  canonical: string
  /** Seconds, before clamps; -1: the message gives none, so it should not be kept (RFC 2308, 5). */
  ttl_s: number
  /** The chain ends at a name that the message says nothing about: it is to be asked for. */
  continues: boolean
}

const lower = (name: string) => (name === '.' ? '' : name.replace(/\.$/, '').toLowerCase())
const isBelow = (child: string, parent: string) =>
  parent === '' || child === parent || child.endsWith(`.${parent}`)
// RFC 8767, 4: a TTL with its top bit set is a large one.
const ttlOf = (record: ResourceRecord) => ('ttl' in record ? (record.ttl ?? 0) >>> 0 : 0)

function textOf(record: ResourceRecord): string | undefined {
  switch (record.type) {
    case 'A':
    case 'AAAA':
      return record.data
    case 'CNAME':
    case 'NS':
    case 'PTR':
      return lower(record.data)
    case 'MX':
      return `${record.data.preference ?? 0} ${lower(record.data.exchange) || '.'}`
    case 'TXT':
      return Buffer.concat(record.data as Buffer[]).toString()
    case 'SOA': {
      const { mname, rname, serial, refresh, retry, expire, minimum } = record.data
      return `${lower(mname)} ${lower(rname)} ${serial} ${refresh} ${retry} ${expire} ${minimum}`
    }
    default:
      return undefined
  }
}

// RFC 2308, 5: a negative answer lives as long as the smaller of the SOA's own TTL and its minimum.
function negativeTtl(message: Message, name: string): number {
  for (const record of message.authorities)
    if (record.type === 'SOA' && isBelow(name, lower(record.name)))
      return Math.min(ttlOf(record), record.data.minimum ?? 0)
  return -1
}

const MAX_CHAIN = 8

/** Follows the CNAMEs of a message from a name (RFC 1034, 4.3.2) to the records of a type; the TTL is the chain's smallest. */
export function findIn(message: Message, asked: string, type: RecordType): Finding {
  let canonical = asked
  let ttl_s = Number.POSITIVE_INFINITY
  const found = (status: AnswerStatus, ttl: number, records: string[] = [], continues = false): Finding => ({
    status,
    records,
    canonical,
    ttl_s: ttl === -1 ? -1 : Math.min(ttl, ttl_s),
    continues,
  })
  if (message.malformed) return found('malformed', -1)
  const isIn = (record: ResourceRecord) =>
    'class' in record && record.class === 'IN' && lower(record.name) === canonical
  for (let hops = 0; hops <= MAX_CHAIN; hops++) {
    const here = message.answers.filter(isIn)
    const records = here.filter((record) => record.type === type)
    if (records.length > 0) {
      for (const record of records) ttl_s = Math.min(ttl_s, ttlOf(record))
      const texts = records.map(textOf).filter((text) => text !== undefined)
      return found('found', ttl_s, texts)
    }
    const alias = here.find((record) => record.type === 'CNAME')
    if (alias?.type !== 'CNAME') {
      const ttl = negativeTtl(message, canonical)
      if (message.rcode === RCODE.NXDOMAIN) return found('nxdomain', ttl)
      return found('nodata', ttl, [], hops > 0 && ttl === -1)
    }
    ttl_s = Math.min(ttl_s, ttlOf(alias))
    canonical = lower(alias.data)
  }
  // A loop, or a chain that no resolver follows.
  return found('servfail', -1)
}
