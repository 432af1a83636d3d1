import { userInfo } from 'node:os'
import { servedPage } from '../store/served.ts'
import { type Store, StoreError } from '../store/store.ts'
import type { ActionRequest } from '../verdict/incidents/act.ts'
import { act } from '../verdict/incidents/act.ts'
import { listIncidents } from '../verdict/incidents/incident-list.ts'
import { readActions } from '../verdict/incidents/incident-store.ts'
import { type IncidentView, viewOf } from '../verdict/incidents/incident-view.ts'
import { loadConfiguration } from './arguments/configuration.ts'
import { oneIncident } from './arguments/one-incident.ts'
import { openStore, storeFlags } from './arguments/open-store.ts'
import { parseOptions, unexpected } from './arguments/options.ts'
import { durationOf, READ_OPTIONS, withStore } from './arguments/reading.ts'
import { UsageError } from './arguments/usage-error.ts'
import { incidentText } from './output/incident-text.ts'
import { print, type Row, rowFormat, rowsText } from './output/rows.ts'
import { pageToken } from './page-access.ts'

const HELP = `faultline incidents [list] [--since 24h] [--json | --csv]
faultline incidents show ID [--json]
faultline incidents ack|unack|unmute ID [TEXT] [--by NAME]
faultline incidents mute ID [TEXT] [--for 24h] [--by NAME]
faultline incidents comment ID TEXT [--by NAME]

Lists the waves that people were told of, and keeps what people did about them. ID may be cut short.
Acknowledged: no reminder. Muted: nobody is told anything of it.

  --since LENGTH     also what ended within that time (default: 24h)
  --for LENGTH       how long a mute lasts (default: 24h)
  --by NAME          who does it (default: the user's name)
  --json, --csv      every field, for programs
  --data-dir DIR     folder of the embedded store (default: faultline-data)
  --url URL          a ClickHouse server instead: http://user:password@host:8123
  --config FILE      configuration file

example:  faultline incidents ack 3f2a --by eve`

const OPTIONS = {
  ...READ_OPTIONS,
  csv: { type: 'boolean', default: false },
  since: { type: 'string', default: '24h' },
  for: { type: 'string', default: '24h' },
  by: { type: 'string' },
} as const

const ACTIONS: Readonly<Record<string, ActionRequest['action']>> = {
  ack: 'acknowledged',
  unack: 'reclaimed',
  mute: 'muted',
  unmute: 'unmuted',
  comment: 'commented',
}

const BRIEF = [
  'id',
  'state',
  'opened_at',
  'last_seen',
  'verdict',
  'subject',
  'direction',
  'sub_cause',
  'confidence',
  'refused',
  'handled',
] as const

const MAX_MUTE_SECONDS = 366 * 86_400

type Values = ReturnType<typeof parseOptions<typeof OPTIONS>>['values']

const handledBy = (view: IncidentView): string =>
  [
    view.acknowledged_at === '' ? '' : `seen by ${view.acknowledged_by}`,
    view.muted_until === '' ? '' : `muted until ${view.muted_until}`,
  ]
    .filter((part) => part !== '')
    .join(', ')

function rowOf(view: IncidentView): Row {
  const { height, comments, ...row } = view
  return { ...row, comments: comments.length, handled: handledBy(view) }
}

async function theOne(store: Store, id: string): Promise<IncidentView> {
  const incident = await oneIncident(store, id)
  return viewOf(incident, await readActions(store, [incident.id]), Date.now())
}

function list(values: Values): Promise<number> {
  const format = rowFormat(values)
  const past_ms = durationOf('--since', values.since)
  return withStore(values, async (store) => {
    const views = await listIncidents(store, past_ms)
    if (format === 'json') await print(`${JSON.stringify(views, undefined, 2)}\n`)
    else {
      const rows = views.map(rowOf)
      await print(rowsText(format, format === 'csv' ? Object.keys(rows[0] ?? {}) : BRIEF, rows))
    }
    if (views.length === 0) console.error(`no incident is open or ended in the last ${values.since}`)
    return 0
  })
}

function show(values: Values, id: string): Promise<number> {
  return withStore(values, async (store) => {
    const view = await theOne(store, id)
    await print(values.json ? `${JSON.stringify(view, undefined, 2)}\n` : incidentText(view))
    return 0
  })
}

/** Over the page of the process that has the store: others can only read it. */
async function actOverPage(page: string, token: string | undefined, id: string, request: ActionRequest) {
  const answer = await fetch(new URL(`/api/incidents/${id}/actions`, page), {
    method: 'POST',
    headers: {
      'Content-Type': 'application/json',
      Origin: new URL(page).origin,
      ...(token === undefined ? {} : { Authorization: `Bearer ${token}` }),
    },
    body: JSON.stringify(request),
    signal: AbortSignal.timeout(30_000),
  })
  if (answer.ok) return
  const { error } = (await answer.json()) as { error: string }
  throw new StoreError(`${page}: ${error}`)
}

async function change(values: Values, id: string, request: ActionRequest): Promise<number> {
  const config = loadConfiguration(values.config, storeFlags(values))
  const page = config.url === undefined ? await servedPage(config.data_dir) : undefined
  const store = await openStore(config)
  try {
    const { id: whole } = await theOne(store, id)
    if (page === undefined) await act(store, whole, request)
    else await actOverPage(page, pageToken(config), whole, request)
    await print(incidentText(await theOne(store, whole)))
    return 0
  } finally {
    await store.close()
  }
}

function userName(): string {
  try {
    return userInfo().username
  } catch {
    return ''
  }
}

/** `faultline incidents`: see HELP. Gives the exit code. */
export async function incidentsCommand(args: string[]): Promise<number> {
  const { values, positionals } = parseOptions('incidents', args, OPTIONS, { takesArguments: true })
  if (values.help) {
    console.log(HELP)
    return 0
  }
  const [what = 'list', id, ...words] = positionals
  if (what === 'list' && id === undefined) return list(values)
  const action = Object.hasOwn(ACTIONS, what) ? ACTIONS[what] : undefined
  if (what === 'list' || (what !== 'show' && action === undefined))
    throw new UsageError(
      `${JSON.stringify(what === 'list' ? id : what)} is not known; use list, show, ${Object.keys(ACTIONS).join(', ')}; see faultline incidents --help`,
    )
  if (id === undefined)
    throw new UsageError(`which incident? faultline incidents ${what} ID; faultline incidents lists them`)
  if (action === undefined) {
    if (words[0] !== undefined) throw unexpected('incidents', words[0])
    return show(values, id)
  }
  const text = words.join(' ')
  if (action === 'commented' && text.trim() === '')
    throw new UsageError('a comment has words: faultline incidents comment ID TEXT')
  if (text.length > 4000) throw new UsageError('a comment has at most 4000 characters')
  const mute_seconds = durationOf('--for', values.for) / 1000
  if (mute_seconds > MAX_MUTE_SECONDS) throw new UsageError('--for is at most 366d')
  const author = (values.by ?? userName()).slice(0, 100)
  return change(values, id, { action, author, text, mute_seconds })
}
