import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sampleLog } from './sample.ts'

const LINES = 1_000_000
const ROUNDS = 3
// Of the messages one in five is refused.
const REFUSED_OF = 5
// So few that nearly all is known from the first second on.
const FEW_DOMAINS = 100

/** A log of the last minutes: a fifth of its messages is refused, senders and recipients of these over all the domains. */
function freshLog(path: string, domains: number): void {
  const parts: string[] = []
  const begun = Date.now() - 600_000
  for (let i = 0; i < LINES / 4; i++) {
    const time = new Date(begun + i * 2).toISOString()
    const id = (0x1000000 + i).toString(16).toUpperCase()
    const refused = i % REFUSED_OF === 0
    const at = refused ? i / REFUSED_OF : i
    const to = `d${(at * 7) % domains}.example`
    const told = refused
      ? `dsn=5.1.1, status=bounced (host mx.${to}[192.0.2.1] said: 550 5.1.1 <u${i}@${to}>: user unknown (in reply to RCPT TO command))`
      : 'dsn=2.0.0, status=sent (250 2.0.0 ok)'
    parts.push(
      `${time} mx1 postfix/cleanup[1]: ${id}: message-id=<${i}@mx1>`,
      `${time} mx1 postfix/qmgr[1]: ${id}: from=<u${i}@d${at % domains}.example>, size=1000, nrcpt=1 (queue active)`,
      `${time} mx1 postfix/smtp[1]: ${id}: to=<u${i}@${to}>, relay=mx.${to}[192.0.2.1]:25, delay=1, delays=0/0/0/1, ${told}`,
      `${time} mx1 postfix/qmgr[1]: ${id}: removed`,
    )
  }
  writeFileSync(path, `${parts.join('\n')}\n`)
}

interface Cost {
  wall: number
  cpu: number
}

/** Loads a log in a process of its own: seconds from start to end, and of CPU. */
function load(log: string, ...flags: string[]): Cost {
  const data = mkdtempSync(join(tmpdir(), 'faultline-bench-data-'))
  const cli = join(import.meta.dirname, '../cli/faultline.mjs')
  const begun = performance.now()
  const command = [process.execPath, cli, 'replay', '--data-dir', data, ...flags, log]
  const out = execFileSync('/bin/sh', ['-c', '"$0" "$@" >/dev/null; times', ...command]).toString()
  const wall = (performance.now() - begun) / 1000
  // The second line of `times` is of the children: user and system.
  const [, children = ''] = out.trim().split('\n')
  const cpu = [...children.matchAll(/([0-9]+)m([0-9.]+)s/g)].reduce(
    (sum, [, minutes, seconds]) => sum + Number(minutes) * 60 + Number(seconds),
    0,
  )
  rmSync(data, { recursive: true })
  return { wall, cpu }
}

const median = (values: number[]) => values.sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0

/**
 * What DNS costs where a log is loaded: each pair of loads is of the same log, without and with. All domains cold is the worst
 * case; few domains are known from the first second on; the sample is what a real Postfix wrote.
 */
export function benchIngestion(port: number, domains: number): void {
  const folder = mkdtempSync(join(tmpdir(), 'faultline-bench-dns-'))
  const fresh = join(folder, 'mail.log')
  const written = (count: number) => () => {
    freshLog(fresh, count)
    return fresh
  }
  const cases: [name: string, log: () => string, flags: string[]][] = [
    [`${domains} cold domains`, written(domains), []],
    [`${FEW_DOMAINS} domains`, written(FEW_DOMAINS), []],
    // Its rows are old: what DNS says now is put on them all the same.
    ['the sample', () => sampleLog(LINES), ['--dns-now']],
  ]
  for (const [name, logOf, flags] of cases) {
    const off: Cost[] = []
    const on: Cost[] = []
    for (let round = 0; round < ROUNDS; round++) {
      const log = logOf()
      off.push(load(log, '--no-dns'))
      on.push(load(log, '--resolver', `127.0.0.1:${port}`, ...flags))
    }
    for (const unit of ['wall', 'cpu'] as const) {
      const [without, with_dns] = [off, on].map((costs) => median(costs.map((cost) => cost[unit])))
      const more = 100 * ((with_dns ?? 0) / (without ?? 1) - 1)
      console.log(
        `dns ingestion, ${LINES} lines, ${name}: ${without?.toFixed(2)} s ${unit} without, ${with_dns?.toFixed(2)} s with (${more.toFixed(1)}%)`,
      )
    }
  }
  rmSync(folder, { recursive: true })
}
