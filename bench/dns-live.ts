import { spawn } from 'node:child_process'
import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { openEmbedded } from '../store/embedded.ts'

const SECONDS = 20
const A_SECOND = 500

/** One refusal as Postfix writes it, now. */
export function refusal(i: number, domains: number): string {
  const time = new Date().toISOString()
  const id = (0x1000000 + i).toString(16).toUpperCase()
  const to = `d${i % domains}.example`
  return `${time} mx1 postfix/qmgr[1]: ${id}: from=<u@d${(i * 7) % domains}.example>, size=1000, nrcpt=1 (queue active)
${time} mx1 postfix/smtp[1]: ${id}: to=<u@${to}>, relay=mx.${to}[192.0.2.1]:25, delay=1, delays=0/0/0/1, dsn=5.7.1, status=bounced (host mx.${to}[192.0.2.1] said: 550 5.7.1 rejected (in reply to RCPT TO command))
`
}

/** A log that grows, in a folder of its own. */
export function emptyLog(): { log: string; remove(): void } {
  const folder = mkdtempSync(join(tmpdir(), 'faultline-bench-log-'))
  const log = join(folder, 'mail.log')
  writeFileSync(log, '')
  return { log, remove: () => rmSync(folder, { recursive: true }) }
}

/** `faultline run` in a process of its own follows a log, asking the resolver at this port; without one no DNS is asked. */
export async function followLog(log: string, port?: number) {
  const folder = mkdtempSync(join(tmpdir(), 'faultline-bench-follow-'))
  const data = join(folder, 'data')
  const config = join(folder, 'faultline.yaml')
  const dns = port === undefined ? 'enabled: false' : `resolvers: ['127.0.0.1:${port}']`
  writeFileSync(
    config,
    `data_dir: ${data}
web: { port: 0 }
clickhouse: { port: 0 }
log_level: warn
dns: { ${dns} }
follow: [{ path: ${log} }]
`,
  )
  const cli = join(import.meta.dirname, '../cli/faultline.mjs')
  const child = spawn(process.execPath, [cli, 'run', '--config', config], { stdio: 'ignore' })
  await pause(3000)
  return {
    /** Ends the process, asks its store one query, and deletes it. */
    async end<Row>(query: string, params?: Record<string, unknown>): Promise<Row[]> {
      const ended = new Promise((resolve) => child.on('exit', resolve))
      child.kill('SIGTERM')
      await ended
      const store = await openEmbedded(data)
      const rows = await store.query<Row>(query, params)
      await store.close()
      rmSync(folder, { recursive: true })
      return rows
    },
  }
}

/**
 * A wave in a followed log: refusals of ever new domains, each seen twice. Says how many rows carry DNS facts as stored, and
 * how many with what `dns_then` knows of them, which is what a notification cites.
 */
export async function benchLive(port: number, domains: number): Promise<void> {
  const { log, remove } = emptyLog()
  const { end } = await followLog(log, port)
  for (let second = 0, i = 0; second < SECONDS; second++) {
    let text = ''
    for (const end = i + A_SECOND; i < end; i++) text += refusal(i, domains)
    appendFileSync(log, text)
    await pause(1000)
  }
  // The soonest that anybody is told of a wave.
  await pause(10_000)
  const [counts] = await end<Record<'rows' | 'stored' | 'with_then', number>>(
    `SELECT count() AS rows, countIf(dns_spf != 'unknown' AND dns_mx != 'unknown') AS stored,
            countIf((dns_spf != 'unknown' OR spf_then != 'unknown') AND (dns_mx != 'unknown' OR mx_then != 'unknown')) AS with_then
     FROM dns_then(from = '2000-01-01 00:00:00', to = '2100-01-01 00:00:00')`,
  )
  remove()
  const { rows = 0, stored = 0, with_then = 0 } = counts ?? {}
  const share = (part: number) => `${((100 * part) / rows).toFixed(1)}%`
  console.log(
    `dns live: ${rows} refusals in ${SECONDS} s, ${domains} new domains: ${share(stored)} carry sender's and recipient's facts as stored, ${share(with_then)} with dns_then`,
  )
}
