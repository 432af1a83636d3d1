/** What happened to one recipient in one attempt. */
export const OUTCOMES = ['delivered', 'deferred', 'bounced', 'expired', 'rejected'] as const
export type Outcome = (typeof OUTCOMES)[number]

/** outbound: our MTA delivers and remote servers answer. inbound: our server answers remote clients. */
export const DIRECTIONS = ['outbound', 'inbound'] as const
export type Direction = (typeof DIRECTIONS)[number]

/** The SMTP command (RFC 5321) that was answered; `queue` is the MTA's own decision without a session. */
export const STAGES = [
  'unknown',
  'connect',
  'helo',
  'starttls',
  'auth',
  'mail_from',
  'rcpt_to',
  'data',
  'end_of_data',
  'queue',
] as const
export type Stage = (typeof STAGES)[number]

/**
 * What a log format tells of one attempt for one recipient. Names are the columns of `delivery_events`.
 * Strings that the log does not tell stay empty, numbers 0. Times are milliseconds since 1970 in UTC.
 */
export interface LoggedEvent {
  event_time: number
  source_format: string
  log_host: string
  direction: Direction
  outcome: Outcome
  queue_id: string
  /** Without angle brackets. */
  message_id: string
  /** Envelope MAIL FROM; empty is the null sender (RFC 5321, 4.5.5) or unknown. */
  sender: string
  /** Domain of the visible From (RFC 5322), where a log tells it. */
  header_from_domain: string
  /** Domain and selector of the DKIM signature that we added (RFC 6376, 3.5), where a log tells them. */
  dkim_domain: string
  dkim_selector: string
  recipient: string
  /** The address before aliasing. */
  original_recipient: string
  /** The server that answered (outbound) or the client that was refused (inbound). */
  remote_host: string
  /** As logged, without brackets: IPv4 or IPv6. */
  remote_ip: string
  /** Our sending address (outbound) or the client's (inbound). */
  source_ip: string
  stage: Stage
  /** RFC 5321 reply code, 0 where the log gives none. */
  reply_code: number
  /** RFC 3463, the reply's own; where it has none, the MTA's. */
  enhanced_code: string
  /** The whole reply, code included, without the MTA's words around it, escapes undone. */
  reply_text: string
  /** RFC 8601 results as the receiver reported them. */
  auth_spf: string
  auth_dkim: string
  auth_dmarc: string
}

/** What a log format fills, in a fixed order. */
export const LOGGED_FIELDS = [
  'event_time',
  'source_format',
  'log_host',
  'direction',
  'outcome',
  'queue_id',
  'message_id',
  'sender',
  'header_from_domain',
  'dkim_domain',
  'dkim_selector',
  'recipient',
  'original_recipient',
  'remote_host',
  'remote_ip',
  'source_ip',
  'stage',
  'reply_code',
  'enhanced_code',
  'reply_text',
  'auth_spf',
  'auth_dkim',
  'auth_dmarc',
] as const satisfies readonly (keyof LoggedEvent)[]
