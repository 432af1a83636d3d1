import type { Board } from './board.ts'
import { LAST_SEEN, LOST, PIPELINE_NOW } from './columns.ts'

const DEAD = { name: 'dead', title: 'Dead letters', unit: 'count', colour: 'refused' } as const
const NOTHING_READ =
  'Nothing was read in this time: is "faultline run" or "faultline ingest" running, and does the log grow? "faultline doctor" looks.'

/** Whether everything that was logged arrived here, and in time. */
export const pipeline: Board = {
  id: 'pipeline',
  title: 'Pipeline health',
  question: 'Is everything read, and in time?',
  variables: [{ name: 'topic', title: 'Topic or file', initial: '', query: 'choices-topic' }],
  annotations: [],
  rows: [
    {
      height: 4,
      panels: [
        {
          id: 'now',
          title: 'Now',
          description:
            'How old the newest event is, of all sources together, and what became of the records of this time. Without events for 15 minutes no verdict is given.',
          kind: 'number',
          query: 'pipeline-now',
          columns: PIPELINE_NOW,
          width: 24,
          empty: NOTHING_READ,
        },
      ],
    },
    {
      height: 8,
      panels: [
        {
          id: 'records',
          title: 'What became of every record',
          description:
            'Each record has one fate: it gave events, told something about another one, was ignored by a rule with a name, or is a dead letter. A gap is a source that stands still; red is a format that is not understood.',
          kind: 'series',
          query: 'records',
          columns: [
            { name: 'time', title: 'Time', unit: 'time' },
            { name: 'with_events', title: 'Gave events', unit: 'count', colour: 'accepted' },
            { name: 'correlated', title: 'Told of another', unit: 'count', colour: 'calm' },
            { name: 'ignored', title: 'Ignored by a rule', unit: 'count', colour: 'plain' },
            DEAD,
          ],
          width: 14,
          stacked: true,
          empty: NOTHING_READ,
        },
        {
          id: 'delay',
          title: 'From log to table',
          description:
            'Seconds from when the MTA logged an event to when it could be seen here: of half of them, and of all but five in a hundred. Rising lines: the worker or the store is too slow, or a clock is wrong.',
          kind: 'series',
          query: 'delay',
          columns: [
            { name: 'time', title: 'Time', unit: 'time' },
            { name: 'half_s', title: 'Half within', unit: 'seconds', colour: 'calm' },
            { name: 'most_s', title: '95% within', unit: 'seconds', colour: 'watch' },
          ],
          width: 10,
          empty:
            'No event of this time was stored within it. Old logs that are loaded later are not counted.',
        },
      ],
    },
    {
      height: 8,
      panels: [
        {
          id: 'sources',
          title: 'Sources',
          description:
            'Topics and files with their partitions, and how far each is stored. A partition without growth while others grow is stuck, or has nothing to say.',
          kind: 'table',
          query: 'sources',
          columns: [
            { name: 'topic', title: 'Topic or file', unit: 'text' },
            { name: 'partition', title: 'Partition', unit: 'text' },
            { name: 'records', title: 'Records', unit: 'count' },
            { name: 'events', title: 'Events', unit: 'count' },
            { name: 'ignored', title: 'Ignored', unit: 'count' },
            DEAD,
            LOST,
            { name: 'last_offset', title: 'Stored up to', unit: 'text' },
            { name: 'last_stored', title: 'Last stored', unit: 'time' },
          ],
          width: 24,
          empty: NOTHING_READ,
        },
      ],
    },
    {
      height: 8,
      panels: [
        {
          id: 'dead-letters',
          title: 'Dead letters',
          description:
            'Records that could not be read, by why, with the newest as it was. Nothing is lost: "faultline dlq replay" reads them again once the parser is mended.',
          kind: 'table',
          query: 'dead-letters',
          columns: [
            { name: 'reason', title: 'Why', unit: 'text' },
            DEAD,
            { name: 'topics', title: 'Topics', unit: 'count' },
            LAST_SEEN,
            { name: 'newest', title: 'The newest', unit: 'text' },
          ],
          width: 16,
          empty: 'None: every record of this time was understood.',
        },
        {
          id: 'ignored',
          title: 'Ignored',
          description: 'Records that say nothing about a delivery, by the rule that said so.',
          kind: 'table',
          query: 'ignored',
          columns: [
            { name: 'rule', title: 'Rule', unit: 'text' },
            { name: 'records', title: 'Records', unit: 'count' },
          ],
          width: 8,
          empty: 'None: nothing was ignored in this time.',
        },
      ],
    },
    {
      height: 6,
      panels: [
        {
          id: 'notices',
          title: 'Were people told?',
          description:
            'Deliveries of notices to each channel. A channel that only fails has told nobody: its own words say why.',
          kind: 'table',
          query: 'notices',
          columns: [
            { name: 'channel', title: 'Channel', unit: 'text' },
            { name: 'sent', title: 'Sent', unit: 'count' },
            { name: 'failed', title: 'Failed', unit: 'count' },
            { name: 'given_up', title: 'Given up', unit: 'count' },
            { name: 'last_tried', title: 'Last tried', unit: 'time' },
            { name: 'error', title: 'What it said last', unit: 'text' },
          ],
          width: 24,
          empty: 'No notice was sent in this time: no incident, or no channel in the configuration (notify).',
        },
      ],
    },
  ],
}
