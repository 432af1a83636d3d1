import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type EmbeddedStore, openEmbedded } from '../../store/embedded.ts'
import { migrate } from '../../store/migrate.ts'
import { replyParameters } from './replies.ts'

/** What a store of drawn traffic holds; it ends at `end_s`, seconds since 1970. */
export interface Traffic {
  rows: number
  days: number
  end_s: number
}

const STEP = 1 << 20
const TRAFFIC = readFileSync(join(import.meta.dirname, 'traffic.sql'), 'utf8')
const ACCOUNTS = readFileSync(join(import.meta.dirname, 'accounts.sql'), 'utf8')

/** Today's or yesterday's 13:00 UTC: just past the busiest hour, and recent, for TTLs run on the clock. */
const lastNoon = () => Math.floor((Date.now() / 1000 - 13 * 3600) / 86_400) * 86_400 + 13 * 3600

/**
 * Opens a store of `rows` rows over so many days in a folder, and makes it where it is not there or not whole: the
 * engine draws the rows itself, through the roll-ups' views. Tells how far it is on standard error.
 */
export async function openTraffic(
  folder: string,
  rows: number,
  days: number,
): Promise<{ store: EmbeddedStore; traffic: Traffic }> {
  mkdirSync(folder, { recursive: true })
  const note = join(folder, 'traffic.json')
  const isThere = existsSync(note)
  if (!isThere) writeFileSync(note, JSON.stringify({ rows, days, end_s: lastNoon() }))
  const traffic: Traffic = JSON.parse(readFileSync(note, 'utf8'))
  if (traffic.rows !== rows || traffic.days !== days)
    throw new Error(`${folder} holds ${traffic.rows} rows of ${traffic.days} days: name another --data-dir`)
  // As who only reads opens it.
  const store = await openEmbedded(folder, { mustExist: isThere })
  await migrate(store)
  const [there] = await store.query<{ rows: number }>('SELECT count() AS rows FROM delivery_events')
  const replies = replyParameters()
  for (let first = there?.rows ?? 0; first < rows; first += STEP) {
    const count = Math.min(STEP, rows - first)
    await store.command(TRAFFIC, { ...replies, ...traffic, first, count })
    console.error(`queries: ${first + count} of ${rows} rows`)
  }
  const [accounts] = await store.query<{ rows: number }>('SELECT count() AS rows FROM pipeline_stats')
  if (accounts?.rows === 0) await store.command(ACCOUNTS, { days, end_s: traffic.end_s, rows })
  return { store, traffic }
}
