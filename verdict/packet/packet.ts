import type { Direction } from '../../schemas/event.ts'
import type { AuthenticationFacts, Packet, PacketCase, PacketSighting } from '../../schemas/packet.ts'
import type { Evidence, VerdictItem } from '../../schemas/verdict.ts'
import { nextStep } from '../evidence/next-steps.ts'
import { contactsFor } from './contacts.ts'
import type { Remedy } from './remedies.ts'

const of = (messages: number, refused: number) => `${refused} of ${messages} messages`

function countsOf(e: Evidence, { window_start, window_end }: VerdictItem): string[] {
  return [
    `${of(e.messages, e.refused)} were refused between ${window_start} and ${window_end} (retries counted once; usual here: ${(e.usual_share * 100).toFixed(1)}%).`,
    `The refusals come from ${e.domains_refused} of ${e.domains} recipient domains at ${e.providers_refused} of ${e.providers} providers and concern ${e.senders_refused} of ${e.senders} senders.`,
    ...(e.mailbox > 0 ? [`${e.mailbox} more went to unknown, full or closed mailboxes.`] : []),
    ...(e.delayed > 0 ? [`${e.delayed} more were delayed (greylisting, throttling).`] : []),
  ]
}

function counterEvidence(e: Evidence): string[] {
  const told: [string, readonly [number, number]][] = [
    ['The same senders at other receivers', e.same_senders_elsewhere],
    ['Other senders at the same receivers', e.same_domains_other_senders],
    ['Other mail to the same providers', e.same_provider_other_domains],
  ]
  return [
    ...told
      .filter(([, [messages]]) => messages > 0)
      .map(([who, [messages, refused]]) => `${who}: ${of(messages, refused)} were refused.`),
    ...(e.last_accepted === '' ? [] : [`Such mail was last accepted at ${e.last_accepted}.`]),
    ...(e.first_refused === '' ? [] : [`The first refusal was at ${e.first_refused}.`]),
  ]
}

/** A domain's or provider's name in a title stays one line. */
function titleOf(row: PacketCase, item: VerdictItem | undefined, direction: Direction): string {
  const code = [row.reply_code || '', row.enhanced_code].filter((part) => part !== '').join(' ')
  const what = direction === 'inbound' ? 'Mail refused by us' : 'Mail refused'
  const who = item === undefined || item.subject_kind === 'all' ? row.recipient_domain : item.subject
  return `${what}${who === '' ? '' : `: ${who}`}${code === '' ? '' : ` (${code})`}, since ${item?.evidence.first_refused || row.event_time}`
}

/** What a packet is made of. */
export interface PacketParts {
  made_at: number
  direction: Direction
  case: PacketCase
  similar: readonly PacketCase[]
  /** What others tell of the case's message. */
  also_seen: readonly PacketSighting[]
  /** The wave that the case belongs to, where there is one. */
  item: VerdictItem | undefined
  /** What its sender published at its time, and what it publishes now. */
  published_then: AuthenticationFacts
  published_now: AuthenticationFacts
  /** What can be done about the case's reason, where that is known. */
  remedy?: Remedy | undefined
}

// In the words of the receiver's postmaster and of ours: whoever reads it finds his part.
const remedySteps = (remedy: Remedy | undefined): string[] =>
  remedy === undefined
    ? []
    : [`On the receiving side: ${remedy.recipient}`, `On the sending side: ${remedy.sender}`]

/** Puts a packet together. Pure. */
export function packetOf(parts: PacketParts): Packet {
  const {
    made_at,
    direction,
    case: row,
    similar,
    also_seen,
    item,
    published_then,
    published_now,
    remedy,
  } = parts
  const verdict = item?.verdict ?? ''
  const provider = item?.subject_kind === 'provider' ? item.subject : row.provider
  return {
    made_at: new Date(made_at).toISOString(),
    title: titleOf(row, item, direction),
    direction,
    verdict,
    subject_kind: item?.subject_kind ?? '',
    subject: item?.subject ?? '',
    confidence: item?.confidence ?? 0,
    sub_cause: item?.sub_cause ?? '',
    window_start: item?.window_start ?? '',
    window_end: item?.window_end ?? '',
    send_to: contactsFor({
      direction,
      verdict,
      sender_domain: row.sender_domain,
      recipient_domain: row.recipient_domain,
      provider,
      remedy,
    }),
    case: row,
    authentication: {
      reported: { spf: row.auth_spf, dkim: row.auth_dkim, dmarc: row.auth_dmarc },
      published_then,
      published_now,
    },
    counts: item === undefined ? ['This refusal belongs to no wave.'] : countsOf(item.evidence, item),
    counter_evidence: item === undefined ? [] : counterEvidence(item.evidence),
    dns_changes: item?.evidence.dns_changes ?? [],
    similar: [...similar],
    also_seen: [...also_seen],
    next_steps: [
      item?.next_step ?? nextStep('insufficient_data', '', direction),
      ...remedySteps(remedy),
    ].filter((step) => step !== ''),
    notes: item?.evidence.notes ?? [],
    redacted: false,
  }
}
