import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Panel } from '@grafana/grafana-foundation-sdk/dashboard'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { z } from 'zod'
import { BOARDS } from '../../dashboards/boards/boards.ts'
import { generatedFiles } from '../../dashboards/grafana/files.ts'

// Grafana's own schemas, published with its SDK: what it would refuse, or leave out without a word.

type Json = Record<string, unknown>
const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/**
 * Grafana's `any` is published as an object with any property: a string is right there too. Its unions are published as
 * `oneOf`, though one value may fit several kinds of cells.
 */
function withAny(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(withAny)
  if (!isObject(schema)) return schema
  if (schema['type'] === 'object' && JSON.stringify(schema['additionalProperties']) === '{}') return {}
  return Object.fromEntries(
    Object.entries(schema).map(([key, value]) => [key === 'oneOf' ? 'anyOf' : key, withAny(value)]),
  )
}

/** One definition of a published schema. */
function schemaOf(file: string, definition: string) {
  const text = readFileSync(join(import.meta.dirname, `../fixtures/grafana/${file}.jsonschema.json`), 'utf8')
  const { definitions } = withAny(JSON.parse(text)) as { definitions: Json }
  return z.fromJSONSchema({
    $schema: 'http://json-schema.org/draft-07/schema#',
    $ref: `#/definitions/${definition}`,
    definitions,
  } as Parameters<typeof z.fromJSONSchema>[0])
}

const files = generatedFiles()
const file = (path: string): Json => {
  const text = files.get(path) ?? ''
  return path.endsWith('.json') ? JSON.parse(text) : parse(text)
}
const boards = BOARDS.map(({ id }) => ({ id, board: file(`boards/faultline-${id}.json`) }))
const issues = (schema: z.ZodType, value: unknown) => schema.safeParse(value).error?.issues ?? []

describe('boards', () => {
  const dashboard = schemaOf('dashboard', 'Dashboard')
  test.each(boards)('$id is a dashboard', ({ board }) => {
    expect(issues(dashboard, board)).toEqual([])
    expect(issues(dashboard, { ...board, panels: [{ type: 3 }] })).not.toEqual([])
    expect(issues(dashboard, { ...board, unknown: 1 })).not.toEqual([])
  })

  const kinds = ['barchart', 'stat', 'table', 'timeseries']
  test.each(boards)('the options of the panels of $id are those of their kind', ({ board }) => {
    for (const panel of (board['panels'] as Panel[]).filter(({ type }) => type !== 'row')) {
      expect(kinds).toContain(panel.type)
      expect(issues(schemaOf(panel.type, 'Options'), panel.options)).toEqual([])
      const { custom } = panel.fieldConfig?.defaults ?? {}
      if (panel.type !== 'stat') expect(issues(schemaOf(panel.type, 'FieldConfig'), custom ?? {})).toEqual([])
    }
  })
})

interface Rule {
  data: [Json, { model: Json }]
  labels: Json
}

describe('alerting', () => {
  test('rules ask and compare as Grafana knows it', () => {
    const { groups } = file('provisioning/alerting/rules.yaml') as unknown as { groups: { rules: Rule[] }[] }
    const rules = groups.flatMap((group) => group.rules)
    expect(rules.length).toBeGreaterThan(5)
    for (const { data } of rules) {
      for (const query of data) expect(issues(schemaOf('alerting', 'Query'), query)).toEqual([])
      expect(issues(schemaOf('expr', 'TypeThreshold'), data[1].model)).toEqual([])
    }
  })

  test('contact points, policies and templates have their fields', () => {
    const { contactPoints } = file('provisioning/alerting/contact-points.yaml') as {
      contactPoints: { receivers: Json[] }[]
    }
    for (const receiver of contactPoints.flatMap(({ receivers }) => receivers))
      expect(issues(schemaOf('alerting', 'ContactPoint'), receiver)).toEqual([])
    const { policies } = file('provisioning/alerting/policies.yaml') as { policies: Json[] }
    // Beside the fields of the API, a file names the organisation.
    for (const { orgId, ...policy } of policies) {
      expect(orgId).toBe(1)
      expect(issues(schemaOf('alerting', 'NotificationPolicy'), policy)).toEqual([])
    }
    const { templates } = file('provisioning/alerting/templates.yaml') as { templates: Json[] }
    for (const { orgId, ...template } of templates) {
      expect(orgId).toBe(1)
      expect(issues(schemaOf('alerting', 'NotificationTemplate'), template)).toEqual([])
    }
  })

  test('only what comes from the environment has a dollar where Grafana expands it', () => {
    // Annotations and labels of rules are expanded; `$labels` would become nothing.
    for (const path of ['rules', 'contact-points', 'policies', 'templates'])
      for (const [, after] of (files.get(`provisioning/alerting/${path}.yaml`) ?? '').matchAll(
        /\$(.{0,40})/g,
      ))
        expect(after).toMatch(/^(\{FAULTLINE_[A-Z_]+\}|__(from|to)Time_ms)/)
  })
})
