import { THRESHOLDS as T } from '../../verdict/thresholds.ts'
import type { Column, Threshold } from './board.ts'

/** Columns that several boards show: one title, one meaning, one link each. */
export const ACCEPTED: Column = { name: 'accepted', title: 'Accepted', unit: 'count', colour: 'accepted' }
export const DEFERRED: Column = { name: 'deferred', title: 'Put off', unit: 'count', colour: 'deferred' }
export const REFUSED: Column = { name: 'refused', title: 'Refused', unit: 'count', colour: 'refused' }

const REFUSED_MEANS: Threshold[] = [
  { from: 0, colour: 'calm', means: 'usual' },
  { from: T.min_share.sender_domain, colour: 'watch', means: 'more than usual' },
  { from: T.min_share.provider, colour: 'alarm', means: 'a wave' },
]
export const REFUSED_SHARE: Column = {
  name: 'refused_share',
  title: 'Share refused',
  unit: 'share',
  thresholds: REFUSED_MEANS,
}

/** What became of mail, one column each. */
export const OUTCOMES: Column[] = [ACCEPTED, DEFERRED, REFUSED]

export const RECIPIENT_ORG_DOMAIN: Column = {
  name: 'recipient_org_domain',
  title: 'Recipient domain',
  unit: 'text',
  link: { board: 'recipient-domain', set: { recipient_org_domain: 'recipient_org_domain' } },
}
export const SENDER_DOMAIN: Column = {
  name: 'sender_domain',
  title: 'Sender domain',
  unit: 'text',
  link: { board: 'sender-domain', set: { sender_domain: 'sender_domain' } },
}
export const PROVIDER: Column = {
  name: 'provider',
  title: 'Provider',
  unit: 'text',
  link: { board: 'provider', set: { provider: 'provider' } },
}

/** Seconds from the newest event to the end of the stretch. */
export const LAG: Column = {
  name: 'lag_s',
  title: 'Newest event',
  unit: 'seconds',
  thresholds: [
    { from: 0, colour: 'calm', means: 'up to date' },
    { from: 120, colour: 'watch', means: 'behind' },
    { from: 900, colour: 'alarm', means: 'too far behind to judge' },
  ],
}
export const DEAD_SHARE: Column = {
  name: 'dead_share',
  title: 'Not understood',
  unit: 'share',
  thresholds: [
    { from: 0, colour: 'calm', means: 'all is read' },
    { from: 0.000001, colour: 'watch', means: 'some is not read' },
    { from: T.max_dead_share, colour: 'alarm', means: 'every number is doubtful' },
  ],
}
export const LOST: Column = {
  name: 'lost',
  title: 'Lost',
  unit: 'count',
  thresholds: [
    { from: 0, colour: 'calm', means: 'nothing' },
    { from: 1, colour: 'alarm', means: 'the source no longer held them' },
  ],
}
export const LAST_SEEN: Column = { name: 'last_seen', title: 'Last seen', unit: 'time' }

/** Of answering-hosts.sql. */
export const ANSWERING_HOSTS: Column[] = [
  {
    name: 'remote_host',
    title: 'Host',
    unit: 'text',
    link: { board: 'messages', set: { remote_host: 'remote_host' } },
  },
  { name: 'mx_match', title: 'Against MX', unit: 'text' },
  ...OUTCOMES,
  LAST_SEEN,
]

/** Of pipeline-now.sql. */
export const PIPELINE_NOW: Column[] = [
  LAG,
  { name: 'records', title: 'Records read', unit: 'count' },
  { name: 'dead', title: 'Dead letters', unit: 'count' },
  DEAD_SHARE,
  LOST,
]
