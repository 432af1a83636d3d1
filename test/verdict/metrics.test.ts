import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { Registry } from 'prom-client'
import { expect, test } from 'vitest'
import { advance } from '../../verdict/incidents/incident.ts'
import { registerVerdictMetrics } from '../../verdict/metrics.ts'
import { needs } from '../needs.ts'
import { item } from './items.ts'

const NOW = Date.UTC(2026, 5, 10, 12)
const LIFE = { quiet_ms: 1_800_000, reopen_ms: 7_200_000, remind_ms: 86_400_000, blind_ms: 86_400_000 }
const PROMTOOL = '/usr/bin/promtool'

async function exposed(): Promise<string> {
  const registry = new Registry()
  const metrics = registerVerdictMetrics(registry, ['ops'])
  const items = [item('recipient_domain', 'contoso.example', NOW), item('all', 'all', NOW)]
  const round = { now: NOW, items, incidents: [], acknowledged: new Set<string>(), blind: false, life: LIFE }
  const changes = advance(round)
  const open = changes.filter(({ state }) => state === 'open')
  metrics.round({ now: NOW, items, changes, open, blind: false, seconds: 0.3 })
  const delivery = { channel: 'ops', incident_id: 'a', notice: 'opened', error: 'ECONNREFUSED' }
  metrics.delivery({ ...delivery, outcome: 'failed' })
  return registry.metrics()
}

test('counts waves, incidents, notices and deliveries; no name of a log is a label', async () => {
  const text = await exposed()
  expect(text).toContain('faultline_waves{direction="outbound",verdict="recipient_domain"} 1')
  // The narrower one is part of the wider.
  expect(text).toContain('faultline_incidents_open{direction="outbound",verdict="recipient_domain"} 0')
  expect(text).toContain('faultline_incidents_open{direction="outbound",verdict="platform_wide"} 1')
  expect(text).toContain('faultline_incidents_open{direction="inbound",verdict="sender_wide"} 0')
  expect(text).toContain('faultline_incident_notices_total{notice="opened"} 1')
  expect(text).toContain('faultline_notifications_total{channel="ops",outcome="failed"} 1')
  expect(text).toContain('faultline_notifications_total{channel="ops",outcome="sent"} 0')
  expect(text).toContain('faultline_notification_channel_failing{channel="ops"} 1')
  expect(text).toContain(`faultline_evaluation_last_success_timestamp_seconds ${NOW / 1000}`)
  expect(text).not.toContain('example')
})

test('a process that does not evaluate says so, and counts nothing a second time', async () => {
  const registry = new Registry()
  const metrics = registerVerdictMetrics(registry)
  const items = [item('recipient_domain', 'contoso.example', NOW)]
  metrics.round({ now: NOW, items, changes: [], open: [], blind: true, seconds: 0.1 })
  expect(await registry.metrics()).toContain('faultline_evaluation_blind 1')
  metrics.round(undefined)
  metrics.failedRound()
  const text = await registry.metrics()
  expect(text).toContain('faultline_evaluator_active 0')
  expect(text).toContain('faultline_waves{direction="outbound",verdict="recipient_domain"} 0')
  expect(text).toContain('faultline_evaluation_failures_total 1')
})

needs(existsSync(PROMTOOL) ? '' : 'promtool is not installed')(
  'promtool finds nothing to complain of',
  async () => {
    expect(execFileSync(PROMTOOL, ['check', 'metrics'], { input: await exposed(), encoding: 'utf8' })).toBe(
      '',
    )
  },
)
