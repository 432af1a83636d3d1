import type { Board } from './board.ts'
import { PIPELINE_NOW, REFUSED_SHARE } from './columns.ts'
import {
  answer,
  byProvider,
  byRecipientDomain,
  bySenderDomain,
  DIRECTION,
  incidents,
  MARKS,
  outcomes,
  reasons,
  sides,
  topReplies,
} from './panels.ts'

/** The first board: the verdict, then its proof from wide to narrow. */
export const home: Board = {
  id: 'home',
  title: 'Home',
  question: 'Is it them or us?',
  variables: [DIRECTION],
  annotations: MARKS,
  rows: [
    { height: 5, panels: [answer] },
    {
      height: 8,
      panels: [
        outcomes,
        {
          id: 'breadth',
          title: 'How broad is it?',
          description:
            'Who refused anything but unknown or full mailboxes. Few domains behind one provider: their side. Unrelated domains behind several providers: ours. All senders: our platform.',
          kind: 'number',
          query: 'breadth',
          columns: [
            REFUSED_SHARE,
            { name: 'refused', title: 'Messages refused', unit: 'count' },
            { name: 'domains_refusing', title: 'Domains that refuse', unit: 'count' },
            { name: 'domains', title: 'of domains', unit: 'count' },
            { name: 'providers_refusing', title: 'Providers that refuse', unit: 'count' },
            { name: 'senders_refused', title: 'Senders refused', unit: 'count' },
          ],
          width: 8,
          empty: 'No such mail was read in this time. Choose a longer time, or look at Pipeline health.',
        },
      ],
    },
    { height: 9, panels: [sides, reasons] },
    { height: 9, panels: [byRecipientDomain, bySenderDomain] },
    { height: 9, panels: [byProvider, { ...topReplies, width: 12 }] },
    { height: 8, panels: [incidents] },
    {
      title: 'Is this all there is?',
      height: 4,
      panels: [
        {
          id: 'pipeline',
          title: 'Pipeline',
          description:
            'Whether the numbers above can be trusted: how old the newest event is, how many records could not be read, and how many the source no longer held.',
          kind: 'number',
          query: 'pipeline-now',
          columns: PIPELINE_NOW,
          width: 24,
          empty: 'Nothing was read in this time: look at Pipeline health.',
        },
      ],
    },
  ],
}
