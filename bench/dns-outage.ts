import { appendFileSync } from 'node:fs'
import { loadavg } from 'node:os'
import { setTimeout as pause } from 'node:timers/promises'
import { startServer } from './dns.ts'
import { emptyLog, followLog, refusal } from './dns-live.ts'

const BEFORE_MIN = 2
const AFTER_MIN = 2
const A_SECOND = 200
// Half of them are met before the outage, the others in it for the first time.
const DOMAINS = 5000

interface Minute {
  minute: number
  rows: number
  unknown: number
  stale: number
  /** From the time in the line to when its block began to be stored, in seconds: median, 99 %, most. */
  late_s: [p50: number, p99: number, most: number]
}

// The first minutes hold the start of the process; `minute` is counted from the first line.
const MINUTES = `
  SELECT intDiv(toUnixTimestamp64Milli(event_time) - {begun:Int64}, 60000) AS minute, count() AS rows,
         countIf(dns_mx = 'unknown' OR dns_spf = 'unknown') AS unknown,
         countIf(dns_mx != 'unknown' AND dns_spf != 'unknown' AND dns_age_s > 300) AS stale,
         arrayMap(ms -> ms / 1000, quantilesExact(0.5, 0.99, 1)(dateDiff('millisecond', event_time, ingest_time))) AS late_s
  FROM delivery_events GROUP BY minute ORDER BY minute`

const lateOf = (late_s: readonly number[]) => late_s.map((seconds) => seconds.toFixed(1)).join('/')

/**
 * A resolver that is silent for ten minutes (FAULTLINE_OUTAGE_MINUTES) while 200 refusals a second are followed, once with
 * DNS and once without, by two processes at the same time: what makes rows late in both is the machine. Prints for each
 * minute what the rows carry, how late they were in both, how busy the machine was, and how many questions were asked.
 */
export async function benchOutage(): Promise<void> {
  const outage_min = Number(process.env['FAULTLINE_OUTAGE_MINUTES'] ?? 10)
  const minutes = BEFORE_MIN + outage_min + AFTER_MIN
  const server = await startServer(DOMAINS, 2)
  const { log, remove } = emptyLog()
  const [asking, control] = [await followLog(log, server.port), await followLog(log)]
  const begun = Date.now()
  const questions: number[] = []
  const busy: number[] = []
  let asked = (await server.ask()).asked
  for (let second = 0, i = 0; second < minutes * 60; second++) {
    if (second === BEFORE_MIN * 60) server.turn('down')
    if (second === (BEFORE_MIN + outage_min) * 60) server.turn('up')
    const met = second < BEFORE_MIN * 60 ? DOMAINS / 2 : DOMAINS
    let text = ''
    for (const end = i + A_SECOND; i < end; i++) text += refusal(i, met)
    appendFileSync(log, text)
    await pause(begun + (second + 1) * 1000 - Date.now())
    const now = (await server.ask()).asked
    questions.push(now - asked)
    asked = now
    if (second % 60 === 59) busy.push(loadavg()[0] ?? 0)
  }
  await pause(5000)
  const { most_waiting } = await server.ask()
  const rows = await asking.end<Minute>(MINUTES, { begun })
  const without = await control.end<Minute>(MINUTES, { begun })
  server.close()
  remove()
  for (const { minute, rows: count, unknown, stale, late_s } of rows) {
    const isDown = minute >= BEFORE_MIN && minute < BEFORE_MIN + outage_min
    const control = without.find((one) => one.minute === minute)
    console.log(
      `dns outage, minute ${minute}${isDown ? ' (silent)' : ''}: ${count} rows (${control?.rows ?? 0} without DNS), ${((100 * unknown) / count).toFixed(1)}% unknown, ${((100 * stale) / count).toFixed(1)}% stale, late by ${lateOf(late_s)} s (${lateOf(control?.late_s ?? [])} s without DNS; median/99%/most), load ${(busy[minute] ?? 0).toFixed(1)}, at most ${Math.max(...questions.slice(minute * 60, (minute + 1) * 60))} questions/s reached the resolver`,
    )
  }
  console.log(`dns outage: at most ${most_waiting} questions waited at a time`)
}
