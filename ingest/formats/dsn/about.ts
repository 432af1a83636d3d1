import type { About } from '../format.ts'

/** Bounces as stored mails (RFC 3464): no format of records, but told of like one. */
export const DSN: { name: string; about: About } = {
  name: 'dsn',
  about: {
    title: 'DSN (RFC 3464) in .eml, mbox, Maildir',
    docs: ['https://www.rfc-editor.org/rfc/rfc3464'],
    input: 'mail',
    directions: ['outbound'],
    correlates: false,
    fills: [
      'log_host',
      'message_id',
      'sender',
      'header_from_domain',
      'dkim_domain',
      'dkim_selector',
      'recipient',
      'original_recipient',
      'remote_host',
      'remote_ip',
      'stage',
      'reply_code',
      'enhanced_code',
      'reply_text',
      'auth_spf',
      'auth_dkim',
      'auth_dmarc',
    ],
    tells:
      "one bounce: recipient, reply, reporting MTA; the original's visible From and Authentication-Results where returned",
    lacks: 'deliveries, unless the report tells of them: alone it has no counter-evidence',
    samples: 'run',
  },
}
