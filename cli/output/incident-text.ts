import type { IncidentView } from '../../verdict/incidents/incident-view.ts'
import { shown } from '../../verdict/shown.ts'
import { verdictText } from './verdict-text.ts'

const STATES = { open: 'going on', closed: 'over', merged: 'part of a wider one' } as const

/** One incident for people: where it stands, what people did, and the verdict at its height. */
export function incidentText(view: IncidentView): string {
  const lines: [string, string][] = [
    ['state', view.state === 'merged' ? `${STATES.merged}: ${view.merged_into}` : STATES[view.state]],
    ['opened', view.opened_at],
    ['reopened', view.reopened_at],
    ['last seen', view.last_seen],
    ['closed', view.closed_at],
    ['told', view.notified_at === '' ? '' : `${view.notice}, ${view.notified_at}`],
    ['seen by', view.acknowledged_at === '' ? '' : `${view.acknowledged_by}, ${view.acknowledged_at}`],
    ['muted', view.muted_until === '' ? '' : `until ${view.muted_until} by ${view.muted_by}`],
    ...view.comments.map(({ at, author, text }): [string, string] => ['comment', `${at} ${author}: ${text}`]),
  ]
  const body = lines.flatMap(([name, value]) =>
    value === '' ? [] : [`  ${name.padEnd(10)} ${shown(value)}`],
  )
  return `${[`incident ${view.id}`, ...body].join('\n')}\n${verdictText(view.height)}`
}
