import type { Board } from './board.ts'
import {
  answer,
  byRecipientDomain,
  bySenderDomain,
  bySourceIp,
  compared,
  incidents,
  MARKS,
  outcomes,
  reasons,
  sides,
  topReplies,
} from './panels.ts'

/** One mailbox provider or gateway: whether all of its domains refuse, or one. */
export const provider: Board = {
  id: 'provider',
  title: 'Provider',
  question: 'Does the whole provider refuse us, or one of its domains?',
  variables: [
    { name: 'provider', title: 'Provider', initial: '', query: 'choices-provider', required: true },
  ],
  annotations: MARKS,
  rows: [
    { height: 4, panels: [answer] },
    { height: 8, panels: [outcomes, compared] },
    { height: 8, panels: [sides, reasons] },
    { height: 9, panels: [byRecipientDomain, bySenderDomain] },
    {
      height: 8,
      panels: [
        { ...topReplies, width: 16 },
        { ...bySourceIp, width: 8 },
      ],
    },
    { height: 7, panels: [incidents] },
  ],
}
