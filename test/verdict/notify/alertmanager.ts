import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { freePort } from './free-port.ts'

const BINARY = ['/usr/bin/prometheus-alertmanager', '/usr/bin/alertmanager'].find(existsSync)

/** Why Alertmanager cannot run here; empty where it can. */
export const whyNoAlertmanager = (): string => (BINARY === undefined ? 'Alertmanager is not installed' : '')

/** An Alertmanager of our own, whose receiver is a webhook. */
export interface RunningAlertmanager {
  url: string
  start(): Promise<void>
  stop(): Promise<void>
  /** Its alerts, as its API gives them. */
  alerts(): Promise<
    {
      labels: Record<string, string>
      startsAt: string
      endsAt: string
      annotations: Record<string, string>
    }[]
  >
  remove(): void
}

export async function makeAlertmanager(receiver: string): Promise<RunningAlertmanager> {
  const folder = mkdtempSync(join(tmpdir(), 'faultline-alertmanager-'))
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  writeFileSync(
    join(folder, 'config.yml'),
    `route: { receiver: hook, group_by: [incident], group_wait: 0s, group_interval: 1s, repeat_interval: 1h }
receivers: [{ name: hook, webhook_configs: [{ url: '${receiver}', send_resolved: true }] }]
`,
  )
  let running: ChildProcess | undefined
  return {
    url,
    async start() {
      const args = [
        `--config.file=${folder}/config.yml`,
        `--storage.path=${folder}/data`,
        `--web.listen-address=127.0.0.1:${port}`,
        '--cluster.listen-address=',
      ]
      running = spawn(BINARY ?? '', args, { stdio: 'ignore' })
      for (let i = 0; i < 100; i++) {
        const ready = await fetch(`${url}/-/ready`).catch(() => undefined)
        if (ready?.ok) return
        await sleep(100)
      }
      throw new Error('Alertmanager does not start')
    },
    async stop() {
      if (running === undefined || running.exitCode !== null) return
      running.kill('SIGTERM')
      await once(running, 'exit')
    },
    alerts: async () => (await (await fetch(`${url}/api/v2/alerts`)).json()) as never,
    remove: () => rmSync(folder, { recursive: true, force: true }),
  }
}
