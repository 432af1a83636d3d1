import { mkdir, rm, writeFile } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { join, resolve } from 'node:path'
import { DATABASE, makeFolder, needStore } from './folder.ts'
import { boundHeap } from './heap.ts'
import { inUse } from './holder.ts'
import { readNative } from './native-columns.ts'
import { parametersStatement } from './parameters.ts'
import { insertSettingsText, type Store, StoreError, storeError } from './store.ts'

interface Result {
  text(): string
  bytes(): Uint8Array
}

/** The part of chdb's session that is used. */
export interface Session {
  queryAsync(sql: string, options: { format: string }): Promise<Result>
  close(): void
}

interface Engine {
  Session: new (path: string, options: { connectionArgs: string[] }) => Session
  /** Waits until closed sessions have let go of their folder: the engine serves one folder at a time. */
  drainPending(): Promise<void>
}

async function loadEngine(): Promise<Engine> {
  try {
    return (await import('chdb')).default as unknown as Engine
  } catch {
    throw new StoreError(
      'the embedded engine is not installed here: run "npm install chdb" (Linux or macOS), or use a ClickHouse server with --url',
    )
  }
}

/** Runs statements of one session, one after the other. Throws a StoreError. */
interface Queue {
  (sql: string, params: Record<string, unknown> | undefined, format: string): Promise<Result>
  /** How many have no answer yet. */
  waiting(): number
}

/**
 * One queue: a session runs one query at a time, and a second one is refused rather than kept waiting. Parameters are told to the
 * session: of statements that are given theirs by the engine's own call only one runs at a time in the whole process.
 */
function oneAtATime(session: Session, folder: string): Queue {
  let last: Promise<unknown> = Promise.resolve()
  let waiting = 0
  const queue: (...asked: Parameters<Queue>) => Promise<Result> = async (sql, params = {}, format) => {
    // Both in one call: a caller that is busy would keep the second waiting.
    const asked = Object.keys(params).length === 0 ? sql : `${parametersStatement(params)};\n${sql}`
    const run = () => session.queryAsync(asked, { format })
    // Begun at once where nothing is before it: the engine works on while the caller does.
    const next = waiting++ === 0 ? run() : last.then(run, run)
    last = next.catch(() => {})
    try {
      return await next
    } catch (error) {
      throw storeError(folder, error)
    } finally {
      waiting--
    }
  }
  return Object.assign(queue, { waiting: () => waiting })
}

/** Where rows wait in files for the engine, in a store's folder. What a killed process left there is in no table yet. */
export const BLOCKS = 'blocks'

async function emptyFolder(path: string): Promise<void> {
  await rm(path, { recursive: true, force: true })
  await mkdir(path, { mode: 0o700 })
}

// 128 MiB of what was read are kept as it is decompressed: the evaluator reads nearly the same window, and the same day before it,
// every few seconds, and to decompress them takes a fifth of its time. Who reads many rows leaves them alone
// (merge_tree_max_rows_to_use_cache).
const CACHE = ['--uncompressed_cache_size=134217728']
const READ_SESSIONS = 4
// Who reads alone has all cores. What is read beside something else takes half of them: threads that wait for a core cost more
// than they bring.
const threadsOf = (session: number) => Math.ceil(availableParallelism() / (session === 0 ? 1 : 2))
// The engine has no other way to stop a query that its client has given up.
const READ_LIMITS = 'max_execution_time = 60, max_memory_usage = 4000000000'
// Values of parameters are told in a statement.
const LONG_STATEMENTS = 'SET max_query_size = 268435456'

/** The embedded store and where it lies, for the HTTP endpoint, whose statements have sessions of their own. */
export interface EmbeddedStore extends Store {
  folder: string
}

/**
 * Opens the embedded store in a folder, and makes one where there is none unless it `mustExist`: one session for writing,
 * a few for reading, for a session runs one query at a time. Throws a StoreError where the engine is missing or another
 * process has the folder, a WrongFolder where it cannot be a store's.
 */
export async function openEmbedded(path: string, { mustExist = false } = {}): Promise<EmbeddedStore> {
  // Who makes a store where there is none is going to write.
  if (!mustExist) boundHeap()
  const folder = resolve(path)
  const engine = await loadEngine()
  if (mustExist) needStore(folder)
  else makeFolder(folder)
  const other = await inUse(folder, { failed: false })
  if (other !== undefined) throw other
  const sessions: Session[] = []
  const open = async (): Promise<Queue> => {
    const session = new engine.Session(folder, { connectionArgs: CACHE })
    sessions.push(session)
    const run = oneAtATime(session, folder)
    await run(`CREATE DATABASE IF NOT EXISTS ${DATABASE}`, undefined, 'Null')
    await run(`USE ${DATABASE}`, undefined, 'Null')
    await run('SET output_format_json_quote_64bit_integers = 0', undefined, 'Null')
    await run(LONG_STATEMENTS, undefined, 'Null')
    return run
  }
  let writer: Queue
  const readers: Queue[] = []
  try {
    writer = await open()
    for (let i = 0; i < READ_SESSIONS; i++) {
      const reader = await open()
      // It cannot be undone in the session, and refuses every later setting: the limits come first.
      const settings = `${READ_LIMITS}, max_threads = ${threadsOf(i)}, use_uncompressed_cache = 1`
      await reader(`SET ${settings}`, undefined, 'Null')
      await reader('SET readonly = 1', undefined, 'Null')
      readers.push(reader)
    }
  } catch (error) {
    for (const session of sessions) session.close()
    throw (await inUse(folder, { failed: true })) ?? storeError(`cannot open the store in ${folder}`, error)
  }
  const blocks = join(folder, BLOCKS)
  await emptyFolder(blocks)
  let files = 0
  // The one that is free soonest, the first where several are: a short query does not wait for a long one.
  const reader = () =>
    readers.reduce((least, one) => (one.waiting() < least.waiting() ? one : least), readers[0] ?? writer)

  return {
    folder,
    embedded: true,
    async query<Row>(sql: string, params?: Record<string, unknown>): Promise<Row[]> {
      const text = (await reader()(sql, params, 'JSONEachRow')).text()
      return text
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line))
    },
    async queryColumns<Row>(sql: string, params?: Record<string, unknown>) {
      const { buffer, byteOffset, length } = (await reader()(sql, params, 'Native')).bytes()
      return readNative<Row>(Buffer.from(buffer, byteOffset, length))
    },
    async command(sql, params) {
      await writer(sql, params, 'Null')
    },
    async insertNative(table, columns, block, token) {
      // The engine takes Native only from a file.
      const file = join(blocks, `${files++}.native`)
      await writeFile(file, block)
      try {
        const names = columns.map((name) => `\`${name}\``).join(', ')
        await writer(
          `INSERT INTO ${table} (${names}) SELECT ${names} FROM file({file:String}, 'Native') SETTINGS ${insertSettingsText(token)}`,
          { file },
          'Null',
        )
      } finally {
        await rm(file, { force: true })
      }
    },
    async close() {
      for (const session of sessions) session.close()
      await engine.drainPending()
      await rm(blocks, { recursive: true, force: true })
    },
  }
}
