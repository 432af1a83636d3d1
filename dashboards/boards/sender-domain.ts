import type { Board } from './board.ts'
import {
  answer,
  byProvider,
  byRecipientDomain,
  bySourceIp,
  compared,
  dnsChanges,
  incidents,
  MARKS,
  outcomes,
  published,
  reasons,
  sides,
  topReplies,
} from './panels.ts'

/** One sender domain: whether unrelated receivers refuse it while they accept others. */
export const senderDomain: Board = {
  id: 'sender-domain',
  title: 'Sender domain',
  question: 'Is this sender refused by unrelated receivers, and are others accepted?',
  variables: [
    {
      name: 'sender_domain',
      title: 'Sender domain',
      initial: '',
      query: 'choices-sender-domain',
      required: true,
    },
  ],
  annotations: MARKS,
  rows: [
    { height: 4, panels: [answer] },
    { height: 8, panels: [outcomes, compared] },
    { height: 8, panels: [sides, reasons] },
    { height: 9, panels: [byRecipientDomain, byProvider] },
    {
      height: 8,
      panels: [
        { ...topReplies, width: 16 },
        { ...bySourceIp, width: 8 },
      ],
    },
    { height: 5, panels: [published] },
    { height: 7, panels: [dnsChanges] },
    { height: 7, panels: [incidents] },
  ],
}
