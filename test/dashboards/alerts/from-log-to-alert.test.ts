import { beforeEach, expect, test, vi } from 'vitest'
import { BOARDS } from '../../../dashboards/boards/boards.ts'
import { valuesOf } from '../../../dashboards/boards/values.ts'
import { sql } from '../../../dashboards/sql.ts'
import type { Incident } from '../../../schemas/incident.ts'
import type { VerdictItem } from '../../../schemas/verdict.ts'
import { isWave } from '../../../verdict/judge.ts'
import type { Truth } from '../../../verdict/simulate/draw.ts'
import { isRight } from '../../../verdict/simulate/run.ts'
import { SCENARIOS } from '../../../verdict/simulate/scenarios.ts'
import { migratedStore } from '../../store/temporary-store.ts'
import { temporaryFolder } from '../../temporary-folder.ts'
import { emptyAsked, firing } from './grafana-rules.ts'
import { evaluateAt, loadScenario } from './scenario.ts'

// Each scenario is written as a log, read, classified, stored and judged; then each rule asks as Grafana would.
vi.setConfig({ testTimeout: 120_000 })

const MINUTE = 60_000
const folder = temporaryFolder()
const store = await migratedStore()
beforeEach(() => emptyAsked(store))

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

const fired = new Set<string>()
let right = 0

test.each(Object.keys(SCENARIOS))('%s: fires what it must, and nothing else', async (kind) => {
  const { scenario, tally, at } = await loadScenario(store, folder, kind)
  expect(await firing(store, at)).toEqual([])
  const report = await evaluateAt(store, at)
  const items = report?.items ?? []
  // One evaluation of the rules later.
  const waves = await firing(store, at + MINUTE)
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
