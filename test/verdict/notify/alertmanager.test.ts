import { expect, vi } from 'vitest'
import { writeIncidents } from '../../../verdict/incidents/incident-store.ts'
import { needs } from '../../needs.ts'
import { makeAlertmanager, whyNoAlertmanager } from './alertmanager.ts'
import { startReceiver } from './receiver.ts'
import { openStage } from './stage.ts'

const receiver = await startReceiver()
const stage = await openStage()

needs(whyNoAlertmanager())(
  'Alertmanager 0.25: an incident is one alert over restarts and outages, and resolves',
  async () => {
    const alertmanager = await makeAlertmanager(`${receiver.origin}/alertmanager`)
    const settings = [{ name: 'prom', type: 'alertmanager', url: alertmanager.url }]
    const statuses = () => receiver.received.map(({ body }) => JSON.parse(body).status)
    try {
      const incidents = await stage.open('contoso.example', 'fabrikam.example')
      // Not there yet.
      await stage.start(settings)(stage.now)
      expect(stage.outcomes()).toEqual([
        ['opened', 'failed'],
        ['opened', 'failed'],
      ])
      await alertmanager.start()
      stage.now += 20_000
      await stage.start(settings)(stage.now)
      const first = await alertmanager.alerts()
      expect(first.map(({ labels }) => labels['subject']).sort()).toEqual([
        'contoso.example',
        'fabrikam.example',
      ])
      expect(first[0]).toMatchObject({
        labels: { alertname: 'FaultlineIncident', severity: 'warning', direction: 'outbound' },
        startsAt: new Date(incidents[0]?.opened_at ?? 0).toISOString(),
        annotations: { verdict: 'recipient_domain' },
      })
      await vi.waitFor(() => expect(statuses()).toEqual(['firing', 'firing']), { timeout: 8000 })
      // It is sent again each minute, by a restarted process at once: still one alert each, and nobody hears of it.
      await stage.start(settings)(stage.now + 1000)
      await alertmanager.stop()
      await alertmanager.start()
      await stage.start(settings)(stage.now + 61_000)
      expect(await alertmanager.alerts()).toHaveLength(2)
      // The real clock must be past the end of an alert, or it is not over for Alertmanager.
      const ended = incidents.map((incident) => ({
        ...incident,
        version: 9,
        state: 'closed' as const,
        closed_at: Date.now() - 1000,
        notice: 'closed' as const,
        notified_at: stage.now + 62_000,
      }))
      await writeIncidents(stage.store, ended, 2)
      await stage.start(settings)(stage.now + 62_000)
      await vi.waitFor(() => expect(statuses()).toEqual(['firing', 'firing', 'resolved', 'resolved']), {
        timeout: 15_000,
      })
      expect(stage.reports.filter(({ outcome }) => outcome === 'sent').map(({ notice }) => notice)).toEqual([
        'opened',
        'opened',
        'closed',
        'closed',
      ])
    } finally {
      await alertmanager.stop()
      alertmanager.remove()
    }
  },
  60_000,
)
