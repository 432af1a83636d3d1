import type { Board, Variable } from './board.ts'
import { PROVIDER, RECIPIENT_ORG_DOMAIN, SENDER_DOMAIN } from './columns.ts'
import { DIRECTION, outcomes } from './panels.ts'

const text = (name: string, title: string): Variable => ({ name, title, initial: '' })

/** Attempts one by one: the evidence. */
export const messages: Board = {
  id: 'messages',
  title: 'Message search',
  question: 'What happened to this message?',
  variables: [
    text('recipient', 'Recipient'),
    text('sender', 'Sender'),
    text('queue_id', 'Queue id'),
    text('message_id', 'Message-ID'),
    text('words', 'Words of the reply'),
    text('recipient_org_domain', 'Recipient domain'),
    text('sender_domain', 'Sender domain'),
    text('provider', 'Provider'),
    text('remote_host', 'Remote host'),
    text('source_ip', 'Sending address'),
    text('reason', 'Reason'),
    text('reply_fingerprint', 'Fingerprint of the reply'),
    {
      name: 'outcome',
      title: 'Outcome',
      initial: '',
      choices: ['', 'delivered', 'deferred', 'bounced', 'expired', 'rejected'].map((value) => ({
        value,
        title: value === '' ? 'all' : value,
      })),
    },
    DIRECTION,
  ],
  annotations: [],
  rows: [
    {
      height: 6,
      panels: [
        {
          ...outcomes,
          title: 'Attempts',
          description: 'Attempts that fit what is asked for above; here every try counts, retries too.',
          query: 'messages-over-time',
          width: 24,
          empty: 'No attempt fits. Addresses and ids must match exactly, lower and upper case included.',
        },
      ],
    },
    {
      height: 20,
      panels: [
        {
          id: 'messages',
          title: 'Attempts, newest first',
          description:
            'One row for each attempt for one recipient, at most 200. Click a queue id for everything that happened to that message; the reply is the remote server’s words as logged.',
          kind: 'table',
          query: 'messages',
          columns: [
            { name: 'event_time', title: 'Time', unit: 'time' },
            { name: 'outcome', title: 'Outcome', unit: 'text' },
            { name: 'sender', title: 'Sender', unit: 'text' },
            { name: 'recipient', title: 'Recipient', unit: 'text' },
            { name: 'reply_code', title: 'Code', unit: 'text' },
            { name: 'enhanced_code', title: 'Enhanced', unit: 'text' },
            { name: 'reason', title: 'Reason', unit: 'text' },
            { name: 'side', title: 'Side', unit: 'text' },
            { name: 'reply', title: 'Reply', unit: 'text' },
            { name: 'remote_host', title: 'Remote host', unit: 'text' },
            PROVIDER,
            { name: 'stage', title: 'Stage', unit: 'text' },
            { name: 'direction', title: 'Direction', unit: 'text' },
            { name: 'address', title: 'Sending address', unit: 'text' },
            { name: 'message_id', title: 'Message-ID', unit: 'text' },
            {
              name: 'queue_id',
              title: 'Queue id',
              unit: 'text',
              link: { board: 'messages', set: { queue_id: 'queue_id' } },
            },
            { name: 'log_host', title: 'Log host', unit: 'text' },
            SENDER_DOMAIN,
            RECIPIENT_ORG_DOMAIN,
            {
              name: 'fingerprint',
              title: 'Fingerprint',
              unit: 'text',
              link: { board: 'messages', set: { reply_fingerprint: 'fingerprint' } },
            },
          ],
          width: 24,
          empty: 'No attempt fits. Choose a longer time; addresses and ids must match exactly.',
        },
      ],
    },
  ],
}
