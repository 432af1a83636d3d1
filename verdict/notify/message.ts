import type { Notice } from '../../schemas/incident.ts'
import type { IncidentView } from '../incidents/incident-view.ts'
import { shown } from '../shown.ts'
import { fill, type Templates } from './template.ts'

/** What a channel is to tell: an incident, and why now. */
export interface Message {
  /** The same for every try: a receiver that has it may drop it. */
  id: string
  notice: Notice | 'test'
  incident: IncidentView
  /** One line. */
  title: string
  text: string
  slack: string
}

const WHOSE: Readonly<Record<string, string>> = {
  recipient_domain: 'refuses our mail: its own side',
  provider_wide: 'refuses our mail to many domains: the provider’s side',
  sender_wide: 'is refused by unrelated receivers: the sender’s side',
  platform_wide: 'most of our senders are refused: our own platform',
}
const INBOUND: Readonly<Record<string, string>> = {
  recipient_domain: 'is refused by our own server: one of our domains',
  provider_wide: 'is refused by our own server: several of our domains',
  sender_wide: 'is refused by our own server: this sender',
  platform_wide: 'our own server refuses most senders',
}

const MOST_REPLY = 500
const percent = (share: number) => `${(share * 100).toFixed(share > 0 && share < 0.1 ? 1 : 0)}%`
const minute = (time: string) => (time === '' ? '' : `${time.slice(0, 16).replace('T', ' ')} UTC`)

function headline({ direction, verdict, subject, subject_kind }: IncidentView): string {
  const words = (direction === 'inbound' ? INBOUND : WHOSE)[verdict] ?? verdict
  return subject_kind === 'all' ? words : `${subject} ${words}`
}

/** The words that templates may ask for; empty where there are none. */
export function wordsOf(incident: IncidentView, notice: string, page_url = ''): Record<string, string> {
  const { evidence } = incident.height
  const [elsewhere, refused] = evidence.same_senders_elsewhere
  const [reply] = evidence.top_replies
  return {
    notice,
    headline: headline(incident),
    id: incident.id,
    subject: incident.subject,
    subject_kind: incident.subject_kind,
    direction: incident.direction,
    verdict: incident.verdict,
    sub_cause: incident.sub_cause,
    confidence: String(incident.confidence),
    refused: String(incident.refused),
    messages: String(incident.messages),
    share: percent(evidence.refused_share),
    usual: percent(evidence.usual_share),
    domains: String(evidence.domains_refused),
    opened_at: minute(incident.opened_at),
    last_seen: minute(incident.last_seen),
    closed_at: minute(incident.closed_at),
    elsewhere: elsewhere === 0 ? '' : `same senders: ${refused} of ${elsewhere} refused`,
    reply: (reply?.sample ?? '').slice(0, MOST_REPLY),
    remote_host: reply?.remote_host ?? '',
    next_step: incident.next_step,
    acknowledged_by: incident.acknowledged_by,
    page_url,
  }
}

// A chat's own syntax: & < > make links and mentions, a backtick ends the code that a reply stands in.
// https://docs.slack.dev/messaging/formatting-message-text#escaping
const slackEscapes: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '`': 'ˋ' }
const forSlack = (word: string) => shown(word).replace(/[&<>`]/g, (sign) => slackEscapes[sign] ?? sign)

/** Words an incident for people. Words of the log in it are harmless in each form. */
export function messageOf(
  incident: IncidentView,
  notice: Message['notice'],
  templates: Templates,
  page_url?: string,
): Message {
  const words = wordsOf(incident, notice === '' ? incident.state : notice, page_url)
  return {
    id: `${incident.id}.${notice}.${incident.notified_at === '' ? 0 : Date.parse(incident.notified_at)}`,
    notice,
    incident,
    title: fill(templates.title, words, shown).replace(/\s+/g, ' '),
    text: fill(templates.text, words, shown),
    slack: fill(templates.slack, words, forSlack),
  }
}
