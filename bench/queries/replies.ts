import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { judge } from '../../enrich/judge.ts'
import { emptyEvent } from '../../schemas/delivery-events.ts'

// What each answer's share of all mail is: an ordinary day of a relay with some bad lists.
const OUTBOUND: Record<string, number> = {
  accepted: 0.87,
  user_unknown: 0.041,
  greylisted: 0.025,
  throttled: 0.02,
  temporary: 0.01,
  mailbox_full: 0.008,
  spam: 0.007,
  ip_listed: 0.006,
  denied: 0.005,
  edge_denied: 0.002,
  dmarc: 0.002,
  spf: 0.0015,
  unauthenticated: 0.0012,
  domain_listed: 0.0008,
  relay_denied: 0.0005,
}
const INBOUND: Record<string, number> = {
  accepted: 0.55,
  ip_listed: 0.25,
  user_unknown: 0.12,
  greylisted: 0.05,
  relay_denied: 0.03,
}

// Who answers: the eight largest domains, then what hosts the others; the last is the domain's own server.
const PLACES = [
  { family: 'google', provider: 'gmail', host: 'gmail-smtp-in.l.google.com' },
  { family: 'outlook', provider: 'outlook-consumer', host: 'outlook-com.olc.protection.outlook.com' },
  { family: 'outlook', provider: 'outlook-consumer', host: 'hotmail-com.olc.protection.outlook.com' },
  { family: 'yahoo', provider: 'yahoo', host: 'mta5.am0.yahoodns.net' },
  { family: 'apple', provider: 'icloud', host: 'mx01.mail.icloud.com' },
  { family: 'google', provider: 'gmail', host: 'alt1.gmail-smtp-in.l.google.com' },
  { family: 'yahoo', provider: 'yahoo', host: 'mx-aol.mail.gm0.yahoodns.net' },
  { family: 'outlook', provider: 'outlook-consumer', host: 'live-com.olc.protection.outlook.com' },
  { family: 'microsoft', provider: 'microsoft365', host: '' },
  { family: 'google', provider: 'google-workspace', host: 'aspmx.l.google.com' },
  { family: 'proofpoint', provider: 'proofpoint', host: '' },
  { family: 'mimecast', provider: 'mimecast', host: 'eu-smtp-inbound-1.mimecast.com' },
  { family: 'any', provider: '', host: '' },
]
// Our own gateway speaks as `any` does.
const FAMILIES = ['google', 'outlook', 'yahoo', 'apple', 'microsoft', 'proofpoint', 'mimecast', 'any', 'ours']

const EARLY = /^(?:user_unknown|edge_denied|greylisted|relay_denied|denied|ip_listed)$/

const FILLED: Record<string, string> = {
  '{id}': '4F2A9C1D7B3E5A60',
  '{number}': '4711007',
  '{epoch}': '1781085600',
  '{to}': 'anna.meyer77@bluemedia12.com',
  '{to_domain}': 'bluemedia12.com',
  '{message_id}': '20260610115003.3F2A1B4C5D6@mta1.relay.example',
  '{from_domain}': 'news.acme1.example',
  '{ip}': '192.0.2.10',
}

function ascending(kinds: readonly string[], shares: Record<string, number>): number[] {
  let sum = 0
  return kinds.map((kind) => {
    sum += shares[kind] ?? 0
    // The last step reaches one whatever rounding says.
    return sum > 0.9999 ? 1 : sum
  })
}

/**
 * The parameters of `traffic.sql` that say what servers answer: the simulator's replies, each judged as a row of the log
 * would be.
 */
export function replyParameters() {
  const words = JSON.parse(
    readFileSync(join(import.meta.dirname, '../../verdict/simulate/replies.json'), 'utf8'),
  ) as Record<string, Record<string, string[]>>
  const kinds = Object.keys(OUTBOUND)
  const replies: { text: string; kind: string; family: string }[] = []
  const first_reply: number[] = []
  const replies_of: number[] = []
  for (const kind of kinds)
    for (const family of FAMILIES) {
      const of = words[kind] ?? {}
      const texts = of[family] ?? of['any'] ?? []
      first_reply.push(replies.length + 1)
      replies_of.push(texts.length)
      replies.push(...texts.map((text) => ({ text, kind, family })))
    }
  const judged = replies.map(({ text, kind, family }) => {
    const event = emptyEvent()
    const [, code = '0', enhanced = ''] = /^(\d{3})(?:[- ](\d\.\d{1,3}\.\d{1,3}))?/.exec(text) ?? []
    event.direction = family === 'ours' ? 'inbound' : 'outbound'
    event.outcome = kind === 'accepted' ? 'delivered' : code.startsWith('4') ? 'deferred' : 'bounced'
    event.stage = EARLY.test(kind) ? 'rcpt_to' : 'end_of_data'
    event.reply_code = Number(code)
    event.enhanced_code = enhanced
    event.reply_text = text.replace(/\{[a-z_]+\}/g, (name) => FILLED[name] ?? name)
    event.remote_host = PLACES.find((place) => place.family === family)?.host ?? ''
    return judge(event)
  })
  return {
    shares: ascending(kinds, OUTBOUND),
    shares_inbound: ascending(kinds, INBOUND),
    dmarc: kinds.indexOf('dmarc') + 1,
    edge_denied: kinds.indexOf('edge_denied') + 1,
    families: FAMILIES.length,
    family_of_place: PLACES.map(({ family }) => FAMILIES.indexOf(family) + 1),
    hosts: PLACES.map(({ host }) => host),
    providers: PLACES.map(({ provider }) => provider),
    first_reply,
    replies_of,
    texts: replies.map(({ text }) => text),
    codes: judged.map(({ reply_code }) => reply_code),
    enhanced: judged.map(({ enhanced_code }) => enhanced_code),
    stages: judged.map(({ stage }) => stage),
    fingerprints: judged.map(({ reply_fingerprint }) => String(reply_fingerprint)),
    reasons: judged.map(({ reason }) => reason),
    sides: judged.map(({ side }) => side),
    faults: judged.map(({ fault }) => fault),
    rules: judged.map(({ rule }) => rule),
    confidences: judged.map(({ confidence }) => confidence),
    listed_by: judged.map(({ listed_by }) => listed_by),
  }
}
