import { appendFileSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import { startServer } from './dns.ts'
import { followLog, refusal } from './dns-live.ts'

const BEFORE_MIN = 2
const AFTER_MIN = 2
const A_SECOND = 500
// Half of them are met before the outage, the others in it for the first time.
const DOMAINS = 5000

/**
 * A resolver that is silent for ten minutes (FAULTLINE_OUTAGE_MINUTES) while 500 refusals a second are followed. Prints for
 * each minute what the rows carry, how late they were stored, and how many questions a second were asked.
 */
export async function benchOutage(): Promise<void> {
  const outage_min = Number(process.env['FAULTLINE_OUTAGE_MINUTES'] ?? 10)
  const minutes = BEFORE_MIN + outage_min + AFTER_MIN
  const server = await startServer(DOMAINS, 2)
  const { log, end } = await followLog(server.port)
  const begun = Date.now()
  const questions: number[] = []
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
  }
  await pause(5000)
  const { most_waiting } = await server.ask()
  const rows = await end<Record<'minute' | 'rows' | 'unknown' | 'stale' | 'late_s', number>>(
    `SELECT intDiv(toUnixTimestamp64Milli(event_time) - {begun:Int64}, 60000) AS minute, count() AS rows,
            countIf(dns_mx = 'unknown' OR dns_spf = 'unknown') AS unknown,
            countIf(dns_mx != 'unknown' AND dns_spf != 'unknown' AND dns_age_s > 300) AS stale,
            max(dateDiff('millisecond', event_time, ingest_time)) / 1000 AS late_s
     FROM delivery_events GROUP BY minute ORDER BY minute`,
    { begun },
  )
  server.close()
  for (const { minute, rows: count, unknown, stale, late_s } of rows) {
    const asked_here = questions.slice(minute * 60, (minute + 1) * 60)
    const isDown = minute >= BEFORE_MIN && minute < BEFORE_MIN + outage_min
    console.log(
      `dns outage, minute ${minute}${isDown ? ' (silent)' : ''}: ${count} rows, ${((100 * unknown) / count).toFixed(1)}% unknown, ${((100 * stale) / count).toFixed(1)}% stale, stored at most ${late_s.toFixed(1)} s late, at most ${Math.max(...asked_here)} questions/s reached the resolver`,
    )
  }
  console.log(`dns outage: at most ${most_waiting} questions waited at a time`)
}
