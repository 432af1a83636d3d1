import { expect, test } from 'vitest'
import { classify } from '../../enrich/classify/classify.ts'

const EDGE = 'contoso-com.mail.protection.outlook.com'

// Replies whose words admit more than one reason: the answer is the likeliest, the others stand beside it.
test.each([
  [
    { reply_text: '550 5.4.1 Recipient address rejected: Access denied', remote_host: EDGE },
    'recipient_edge_denied',
    'recipient',
    ['recipient_unknown', 'domain_not_accepting'],
  ],
  [
    { reply_text: '554 5.7.1 <a@b.example>: Recipient address rejected: Access denied' },
    'recipient_access_denied',
    'undetermined',
    ['recipient_unknown', 'recipient_restricted', 'policy_rejected'],
  ],
  [
    { reply_text: '554 5.7.1 <mx.b.example[192.0.2.1]>: Client host rejected: Access denied' },
    'policy_rejected',
    'undetermined',
    ['ip_blocklisted'],
  ],
  [
    { reply_text: '554 Access denied', stage: 'connect' },
    'policy_rejected',
    'undetermined',
    ['ip_blocklisted'],
  ],
  [
    { reply_text: '550 Requested action not taken: mailbox unavailable' },
    'recipient_unknown',
    'recipient',
    ['recipient_disabled', 'policy_rejected'],
  ],
  [
    { reply_text: '550 5.2.1 Mailbox unavailable. Your IP address 192.0.2.1 is blacklisted' },
    'ip_blocklisted',
    'sender',
    ['recipient_unknown'],
  ],
  [
    { reply_text: '550 5.1.1 <a@b.example>: 192.0.2.1 blocked using zen.spamhaus.org, user unknown' },
    'ip_blocklisted',
    'sender',
    ['recipient_unknown'],
  ],
  [
    { reply_text: '554 5.7.1 <a@b.example>: Relay access denied' },
    'relay_denied',
    'recipient',
    ['domain_not_accepting'],
  ],
  [
    { reply_text: '554 5.7.1 <a@b.example>: Relay access denied', direction: 'inbound' },
    'relay_denied',
    'sender',
    ['smtp_auth_required'],
  ],
  [
    {
      reply_text:
        '421 4.7.0 [TSS04] Messages from 192.0.2.1 temporarily deferred due to unexpected volume or user complaints',
      remote_host: 'mta5.am0.yahoodns.net',
    },
    'low_reputation',
    'sender',
    ['rate_limited'],
  ],
  [
    { reply_text: '550 Unrouteable address' },
    'route_missing',
    'recipient',
    ['recipient_unknown', 'domain_not_found'],
  ],
  [
    { reply_text: '450 4.3.2 Service currently unavailable', direction: 'inbound' },
    'temporary_failure',
    'undetermined',
    ['greylisted'],
  ],
  [
    { reply_text: '550 Unknown user x@docomo.ne.jp', remote_host: 'mfsmax.docomo.ne.jp' },
    'recipient_unknown',
    'recipient',
    ['recipient_restricted'],
  ],
] as const)('%j', (reply, reason, fault, others) => {
  const answer = classify(reply)
  expect(answer).toMatchObject({ reason, fault })
  expect(answer.alternatives).toEqual(expect.arrayContaining([...others]))
  expect(answer.alternatives).not.toContain(reason)
})
