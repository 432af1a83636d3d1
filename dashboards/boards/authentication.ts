import type { Board } from './board.ts'
import { ACCEPTED, ANSWERING_HOSTS, LAST_SEEN, REFUSED, SENDER_DOMAIN } from './columns.ts'
import { dnsChanges, MARKS, published, sides } from './panels.ts'

const SIDE = { side: 'sender_authentication' }

/** SPF, DKIM, DMARC and MX: what is published, what receivers make of it, what changed. */
export const authentication: Board = {
  id: 'authentication',
  title: 'Authentication and DNS',
  question: 'Do published records explain the refusals?',
  variables: [{ name: 'sender_domain', title: 'Sender domain', initial: '', query: 'choices-sender-domain' }],
  annotations: MARKS,
  rows: [
    {
      height: 8,
      panels: [
        {
          ...sides,
          id: 'refused',
          title: 'Refused for authentication',
          description:
            'Messages whose refusal names SPF, DKIM, DMARC or their alignment. A step up right after a change of DNS (the marks) is that change. Mend the record or the signing; never weaken the DMARC policy so that one sender passes.',
          fixed: SIDE,
          empty: 'No refusal named authentication in this time.',
        },
        {
          id: 'by-dns',
          title: 'Refused, by what was published',
          description:
            'How mail fared by the state of its sender’s records when it was sent. Where the valid records are refused as well, the records are not the cause; look at alignment and at the signing.',
          kind: 'bars',
          query: 'delivery-by-dns',
          columns: [{ name: 'name', title: 'Published', unit: 'text' }, ACCEPTED, REFUSED],
          width: 12,
          stacked: true,
          empty: 'No mail was sent in this time, or DNS was not asked (dns.enabled in the configuration).',
        },
      ],
    },
    {
      height: 8,
      panels: [
        {
          id: 'results',
          title: 'What receivers said, and what we find',
          description:
            'SPF, DKIM and DMARC as the receivers reported them, our own SPF evaluation for the sending address, and the state of the published records. A receiver that fails what we find passing reads other records, or another address.',
          kind: 'table',
          query: 'authentication-results',
          columns: [
            SENDER_DOMAIN,
            {
              name: 'reason',
              title: 'Reason',
              unit: 'text',
              link: { board: 'messages', set: { sender_domain: 'sender_domain', reason: 'reason' } },
            },
            { name: 'auth_spf', title: 'SPF said', unit: 'text' },
            { name: 'auth_dkim', title: 'DKIM said', unit: 'text' },
            { name: 'auth_dmarc', title: 'DMARC said', unit: 'text' },
            { name: 'spf_result', title: 'SPF found', unit: 'text' },
            { name: 'dns_spf', title: 'SPF record', unit: 'text' },
            { name: 'dns_dkim', title: 'DKIM keys', unit: 'text' },
            { name: 'dns_dmarc', title: 'DMARC record', unit: 'text' },
            { name: 'messages', title: 'Messages', unit: 'count' },
            { name: 'domains', title: 'Domains', unit: 'count' },
            LAST_SEEN,
          ],
          width: 24,
          empty: 'No refusal named authentication in this time.',
        },
      ],
    },
    { height: 8, panels: [published] },
    { height: 8, panels: [dnsChanges] },
    {
      height: 7,
      panels: [
        {
          id: 'old-hosts',
          title: 'Answered by a host that left the MX set',
          description:
            'Mail that went to servers which a domain’s MX records no longer name: stale caches, or a migration whose old side was switched off too early.',
          kind: 'table',
          query: 'answering-hosts',
          columns: ANSWERING_HOSTS,
          width: 24,
          empty: 'No host outside of its domain’s current MX set answered in this time.',
        },
      ],
    },
  ],
}
