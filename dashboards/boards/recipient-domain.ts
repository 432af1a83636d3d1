import type { Board } from './board.ts'
import { ANSWERING_HOSTS } from './columns.ts'
import {
  answer,
  bySenderDomain,
  compared,
  dnsChanges,
  incidents,
  MARKS,
  outcomes,
  published,
  reasons,
  topReplies,
} from './panels.ts'

/** One recipient domain: whether the fault lies there, and what to send its postmaster. */
export const recipientDomain: Board = {
  id: 'recipient-domain',
  title: 'Recipient domain',
  question: 'Does this domain refuse us, and do others accept?',
  variables: [
    {
      name: 'recipient_org_domain',
      title: 'Recipient domain',
      initial: '',
      query: 'choices-recipient-domain',
      required: true,
    },
  ],
  annotations: MARKS,
  rows: [
    { height: 4, panels: [answer] },
    { height: 8, panels: [outcomes, compared] },
    { height: 9, panels: [reasons, bySenderDomain] },
    { height: 8, panels: [topReplies] },
    {
      height: 8,
      panels: [
        {
          id: 'hosts',
          title: 'Which hosts answered',
          description:
            'The servers that answered, against the MX records of their time: "previous" answered though it is no longer in the set, which is how a migration fails. "unrelated" is a relay or a smarthost.',
          kind: 'table',
          query: 'answering-hosts',
          columns: ANSWERING_HOSTS,
          width: 12,
          empty: 'No host answered in this time: no mail was tried, or no connection was made.',
        },
        { ...published, width: 12 },
      ],
    },
    { height: 7, panels: [dnsChanges] },
    { height: 7, panels: [incidents] },
  ],
}
