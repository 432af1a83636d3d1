import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { parse } from 'yaml'
import { loader } from '../../cli/simulate.ts'
import { BOARDS } from '../../dashboards/boards/boards.ts'
import { valuesOf } from '../../dashboards/boards/values.ts'
import { WINDOW_S } from '../../dashboards/grafana/alerts.ts'
import { generatedFiles } from '../../dashboards/grafana/files.ts'
import { sql } from '../../dashboards/sql.ts'
import { Config } from '../../schemas/config.ts'
import type { Incident } from '../../schemas/incident.ts'
import { PIPELINE_STATS } from '../../schemas/pipeline.ts'
import type { VerdictItem } from '../../schemas/verdict.ts'
import { type EmbeddedStore, openEmbedded } from '../../store/embedded.ts'
import { migrate } from '../../store/migrate.ts'
import { insert } from '../../store/writer.ts'
import { type EvaluatorOptions, evaluate } from '../../verdict/evaluator.ts'
import { readIncidents, writeAction, writeIncidents } from '../../verdict/incident-store.ts'
import { isWave, judgeWindow } from '../../verdict/judge.ts'
import { readCompleteness } from '../../verdict/read.ts'
import type { Truth } from '../../verdict/simulate/draw.ts'
import { drawRun, isRight } from '../../verdict/simulate/run.ts'
import { SCENARIOS } from '../../verdict/simulate/scenarios.ts'
import { THRESHOLDS } from '../../verdict/thresholds.ts'
import { HOSTILE } from './board-store.ts'
import { expand } from './expand.ts'

// Each scenario is written as a log, read, classified, stored and judged; then each rule asks as Grafana would.
vi.setConfig({ testTimeout: 120_000 })

const MINUTE = 60_000
const folder = mkdtempSync(join(tmpdir(), 'faultline-alerts-'))
let store: EmbeddedStore
beforeAll(async () => {
  store = await openEmbedded(join(folder, 'data'))
  await migrate(store)
})
afterAll(async () => {
  await store.close()
  rmSync(folder, { recursive: true })
})
beforeEach(async () => {
  for (const table of ['incidents', 'incident_actions', 'leases', 'pipeline_stats', 'attempts_1m'])
    await store.command(`TRUNCATE TABLE ${table}`)
})

interface Rule {
  uid: string
  data: [
    { relativeTimeRange: { from: number; to: number }; model: { rawSql: string } },
    { model: { expression: string; conditions: { evaluator: { type: string; params: [number] } }[] } },
  ]
}
const { groups } = parse(generatedFiles().get('provisioning/alerting/rules.yaml') ?? '') as {
  groups: { rules: Rule[] }[]
}
const RULES = groups.flatMap(({ rules }) => rules)

interface Instance {
  labels: Record<string, string>
  value: number
}

/** What fires of a rule at a time: rows whose number is beyond the threshold, their words as labels. */
async function firing({ data: [asked, compared] }: Rule, at: number): Promise<Instance[]> {
  const { from, to } = asked.relativeTimeRange
  const sent = expand(asked.model.rawSql, {
    from: at - from * 1000,
    to: at - to * 1000,
    interval_s: 60,
    variables: {},
  })
  const { expression, conditions } = compared.model
  const [condition] = conditions
  expect([expression, condition?.evaluator.type]).toEqual(['A', 'gt'])
  const above = condition?.evaluator.params[0] ?? Number.NaN
  const rows = await store.query<Record<string, unknown>>(sent)
  return rows.flatMap((row) => {
    // One number, and else text: what Grafana takes as one instance a row.
    const numbers = Object.values(row).filter((value) => typeof value === 'number')
    expect(numbers).toHaveLength(1)
    const [value = 0] = numbers
    const labels = Object.fromEntries(Object.entries(row).filter(([, text]) => typeof text === 'string'))
    return value > above ? [{ labels: labels as Record<string, string>, value }] : []
  })
}
async function allFiring(at: number): Promise<[rule: string, about: string][]> {
  const fired: [string, string][] = []
  for (const rule of RULES)
    for (const { labels } of await firing(rule, at))
      fired.push([rule.uid.replace('faultline-', ''), labels['about'] ?? ''])
  return fired.sort()
}

const { evaluator: settings } = Config.parse({})
const evaluatorAt = (now: number): EvaluatorOptions => ({
  store,
  // One process alone; the lease has its own tests.
  lease: { hold: async () => 1, isHeld: () => true, release: async () => {} },
  life: {
    quiet_ms: settings.quiet_seconds * 1000,
    reopen_ms: settings.reopen_seconds * 1000,
    remind_ms: settings.remind_seconds * 1000,
    blind_ms: 1440 * MINUTE,
  },
  interval_ms: settings.interval_seconds * 1000,
  window_ms: WINDOW_S * 1000,
  judge: (at) => judgeWindow(store, { at, window_ms: WINDOW_S * 1000 }),
  lag: async (at) => (await readCompleteness(store, { from: at - WINDOW_S * 1000, to: at })).lag_s,
  onError: (error) => {
    throw error
  },
  clock: () => now,
})

/** The rule that a verdict is for. */
const ruleOf = ({ verdict, sub_cause }: Pick<VerdictItem, 'verdict' | 'sub_cause'>): string => {
  if (verdict === 'recipient_domain') return 'one-domain'
  if (verdict === 'provider_wide') return 'provider'
  return sub_cause === 'authentication' ? 'authentication' : 'many-domains'
}

const rulesOf = ({ verdict, or = verdict, causes }: Truth) =>
  causes.flatMap((sub_cause) => [ruleOf({ verdict, sub_cause }), ruleOf({ verdict: or, sub_cause })])

// Each query once; the boards share them.
const PANELS = [
  ...new Map(
    BOARDS.flatMap((board) =>
      board.rows.flatMap(({ panels }) => panels.map((panel) => [panel.query, { board, panel }] as const)),
    ),
  ).values(),
]

/** Every panel answers with a scenario's data, and Home says whose side the one incident is on. */
async function askBoards(
  to: number,
  items: readonly VerdictItem[],
  open: readonly Incident[],
): Promise<void> {
  const time = (at: number) => new Date(at).toISOString().replace('T', ' ').replace('Z', '')
  const stretch = { from: time(to - 360 * MINUTE), to: time(to), step_s: 180 }
  const { top_domains, top_senders, top_providers } = items[0]?.evidence ?? {}
  const picked = {
    recipient_org_domain: top_domains?.[0]?.name ?? '',
    sender_domain: top_senders?.[0]?.name ?? '',
    provider: top_providers?.[0]?.name ?? '',
  }
  for (const { board, panel } of PANELS)
    await store.query(sql(panel.query), { ...valuesOf(board, picked, panel.fixed), ...stretch })
  const [home] = BOARDS
  if (home === undefined) throw new Error('no board')
  const [said] = await store.query<{ answer: string }>(sql('answer'), { ...valuesOf(home), ...stretch })
  if (open.length === 0) expect(said?.answer).toMatch(/^No wave of refusals/)
  const [incident] = open
  if (incident === undefined || open.length > 1) return
  const { verdict, direction } = incident
  const isTheirs =
    verdict !== 'platform_wide' &&
    (verdict === 'recipient_domain' || verdict === 'provider_wide') === (direction === 'outbound')
  expect(said?.answer.startsWith(isTheirs ? 'Them: ' : 'Us: '), said?.answer).toBe(true)
}

const RATE = 1500
const fired = new Set<string>()
let right = 0

describe('from a log to an alert', () => {
  test.each(Object.keys(SCENARIOS))('%s: fires what it must, and nothing else', async (kind) => {
    const { lines, world, scenario, tally, at } = drawRun(kind, RATE, 7)
    await loader(store, folder)(lines, new Map(world.hosts.map(({ name, ip }) => [name, ip])))
    expect(await allFiring(at)).toEqual([])
    const report = await evaluate(evaluatorAt(at))
    const items = report?.items ?? []
    // One evaluation of the rules later.
    const waves = await allFiring(at + MINUTE)
    for (const [rule] of waves) fired.add(rule)
    const open = report?.open ?? []
    expect(waves).toEqual(open.map((one): [string, string] => [ruleOf(one), one.subject]).sort())
    await askBoards(at + MINUTE, items, open)
    const { truths } = scenario
    if (!isRight(items, truths, tally.isEnough())) return
    right++
    // By what is so, not by what was judged.
    if (truths.length === 0) expect(waves).toEqual([])
    if (!tally.isEnough()) return
    const real = truths.filter(({ verdict }) => isWave({ verdict } as VerdictItem))
    expect(waves.length > 0).toBe(real.length > 0)
    // What a wider incident explains is told by that one.
    const isTold = ({ subjects, or }: Truth) =>
      open.some(({ subject }) => subjects.includes(subject) || (or !== undefined && subject === 'all'))
    for (const truth of real.filter(isTold))
      expect(waves).toContainEqual([
        expect.toBeOneOf(rulesOf(truth)),
        expect.toBeOneOf([...truth.subjects, ...(truth.or === undefined ? [] : ['all'])]),
      ])
  })

  test('each rule about waves fired, for verdicts that were right', () => {
    expect([...fired].sort()).toEqual(['authentication', 'many-domains', 'one-domain', 'provider'])
    expect(right).toBeGreaterThanOrEqual(Object.keys(SCENARIOS).length - 3)
  })
})

/** A row of accounts, a minute before. */
const account = (at: number, change: { records: number; dead?: number; lost?: number }) =>
  insert(
    store,
    'pipeline_stats',
    PIPELINE_STATS,
    [
      {
        ...{
          ingest_time: at - MINUTE,
          topic: 'mail',
          partition: 0,
          first_offset: 0,
          last_offset: 9,
          bytes: 1,
        },
        ...{ with_events: 0, events: 0, correlated: 0, ignored: 0, dead: 0, lost: 0 },
        ignored_by: new Map(),
        ...change,
      },
    ],
    '',
  )

describe('about the pipeline', () => {
  // Near now: what is old is deleted from the tables.
  const at = Math.floor(Date.now() / MINUTE) * MINUTE
  const rulesFiring = async () => (await allFiring(at)).map(([rule]) => rule)
  const attempt = (time: number) =>
    store.command(
      'INSERT INTO attempts_1m (minute, attempts, ingest_time) SELECT toDateTime({time:UInt32}), 1, now()',
      { time: time / 1000 },
    )
  const evaluated = (time: number) =>
    store.command(
      "INSERT INTO leases (name, term, holder, at, renewal, released) SELECT 'evaluator', 1, 'one', fromUnixTimestamp64Milli({time:Int64}), 0, 0",
      { time },
    )

  test('a store that never read anything is silent', async () => {
    expect(await rulesFiring()).toEqual([])
  })

  test('all is well', async () => {
    await account(at, { records: 1000 })
    await attempt(at - MINUTE)
    await evaluated(at - 20_000)
    expect(await rulesFiring()).toEqual([])
  })

  test('behind beyond the window that is judged, and not before', async () => {
    await account(at, { records: 1000 })
    await evaluated(at - 20_000)
    await attempt(at - WINDOW_S * 1000 - MINUTE)
    expect(await rulesFiring()).toEqual([])
    await store.command('TRUNCATE TABLE attempts_1m')
    await attempt(at - WINDOW_S * 1000 - 2 * MINUTE)
    expect(await rulesFiring()).toEqual(['behind'])
  })

  test('dead letters beyond the share that makes verdicts doubtful', async () => {
    await attempt(at - MINUTE)
    await evaluated(at - 20_000)
    await account(at, { records: 1000, dead: 1000 * THRESHOLDS.max_dead_share })
    expect(await rulesFiring()).toEqual([])
    await account(at, { records: 0, dead: 1 })
    expect(await rulesFiring()).toEqual(['dead-letters'])
  })

  test('lost records', async () => {
    await attempt(at - MINUTE)
    await evaluated(at - 20_000)
    await account(at, { records: 1000, lost: 1 })
    expect(await rulesFiring()).toEqual(['lost'])
  })

  test('mail that nobody judges', async () => {
    await attempt(at - MINUTE)
    await account(at, { records: 1000 })
    expect(await rulesFiring()).toEqual(['nobody-judges'])
    await evaluated(at - 5 * settings.lease_seconds * 1000 - 1000)
    expect(await rulesFiring()).toEqual(['nobody-judges'])
    await evaluated(at - 20_000)
    expect(await rulesFiring()).toEqual([])
  })
})

describe('what people did and what others wrote', () => {
  const at = Date.UTC(2026, 5, 10, 12)
  let real: Incident | undefined
  /** An incident about a subject, else as the evaluator wrote it. */
  async function wave(subject: string): Promise<void> {
    if (real === undefined) {
      const { lines, world, at: end } = drawRun('domain_refuses', RATE, 7)
      await loader(store, folder)(lines, new Map(world.hosts.map(({ name, ip }) => [name, ip])))
      real = (await evaluate(evaluatorAt(end)))?.open[0]
    }
    if (real === undefined) throw new Error('no incident')
    await store.command('TRUNCATE TABLE incidents')
    await writeIncidents(store, [{ ...real, id: 'one', subject, version: 0, opened_at: at - MINUTE }], 1)
  }
  const aboutWaves = async (now: number) => (await allFiring(now)).filter(([, about]) => about !== '')

  test('a muted incident is silent until the mute ends; a closed one for good', async () => {
    await wave('contoso.example')
    expect(await aboutWaves(at)).toEqual([['one-domain', 'contoso.example']])
    const action = { incident_id: 'one', author: 'me', text: '' }
    await writeAction(store, { ...action, at, action: 'muted', until: at + 60 * MINUTE })
    expect(await aboutWaves(at + MINUTE)).toEqual([])
    expect(await aboutWaves(at + 61 * MINUTE)).toHaveLength(1)
    await writeAction(store, { ...action, at: at + 2 * MINUTE, action: 'unmuted', until: 0 })
    expect(await aboutWaves(at + 3 * MINUTE)).toHaveLength(1)
    const [incident] = await readIncidents(store, 0)
    if (incident === undefined) throw new Error('no incident')
    await writeIncidents(store, [{ ...incident, state: 'closed', closed_at: at + 4 * MINUTE }], 1)
    expect(await aboutWaves(at + 5 * MINUTE)).toEqual([])
  })

  test('a label is short and has no control or direction characters', async () => {
    for (const words of HOSTILE) {
      await wave(words)
      const [[, about] = ['', '']] = await aboutWaves(at)
      expect(about.length).toBeGreaterThan(0)
      expect(about.length).toBeLessThanOrEqual(253)
      expect(about).not.toMatch(/[\p{Cc}\p{Cf}]/u)
    }
  })
})
