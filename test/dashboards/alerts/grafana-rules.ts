import { expect } from 'vitest'
import { parse } from 'yaml'
import { generatedFiles } from '../../../dashboards/grafana/files.ts'
import type { Store } from '../../../store/store.ts'
import { expand } from '../expand.ts'

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

/** The labels of what a rule fires for at a time: of rows whose number is beyond the threshold, their words. */
async function labelsFiring(
  store: Store,
  { data: [asked, compared] }: Rule,
  at: number,
): Promise<Record<string, string>[]> {
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
    const labels = Object.entries(row).filter(
      (entry): entry is [string, string] => typeof entry[1] === 'string',
    )
    return value > above ? [Object.fromEntries(labels)] : []
  })
}

/** Asks every rule as Grafana would at a time (milliseconds since 1970); gives which fire, and for what, in order. */
export async function firing(store: Store, at: number): Promise<[rule: string, about: string][]> {
  const fired: [string, string][] = []
  for (const rule of RULES)
    for (const { about = '' } of await labelsFiring(store, rule, at))
      fired.push([rule.uid.replace('faultline-', ''), about])
  return fired.sort()
}

/** Empties the tables that the rules ask, so that no test sees another's rows. */
export async function emptyAsked(store: Store): Promise<void> {
  for (const table of ['incidents', 'incident_actions', 'leases', 'pipeline_stats', 'attempts_1m'])
    await store.command(`TRUNCATE TABLE ${table}`)
}
