import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { quoted } from '../parameters.ts'
import type { Role } from './access.ts'
import { Refusal } from './errors.ts'
import { splitInsert } from './insert.ts'
import { type Run, withSession } from './sessions.ts'
import { type ReaderLimits, readerSettings, writerSettings } from './settings.ts'
import { admit } from './statement.ts'

/** What every statement on one endpoint shares. */
export interface Ground {
  folder: string
  database: string
  limits: ReaderLimits
  tableFunctions: ReadonlySet<string>
  /** A folder of ours for the rows of inserts. */
  blocks: string
}

/** One statement, as a request carries it. */
export interface Asked {
  role: Role
  /** The statement in the address, if it stands there. */
  query: string | undefined
  body: Buffer
  database: string
  format: string
  params: ReadonlyMap<string, string>
  settings: ReadonlyMap<string, string>
}

/** The rows, and the format that they are in. */
export interface Answer {
  bytes: Uint8Array
  format: string
}

const FORMAT_NAME = /^[A-Za-z][A-Za-z0-9]*$/
// The engine's own limit of a statement, rows not counted.
const MAX_HEAD = 256 * 1024
let files = 0

/** Runs a statement in a session of its own. Throws a Refusal, or the engine's error. */
export async function runStatement(ground: Ground, asked: Asked): Promise<Answer> {
  if (!FORMAT_NAME.test(asked.format))
    throw new Refusal(73, 'UNKNOWN_FORMAT', `Unknown format ${asked.format.slice(0, 60)}`)
  const insert = insertOf(asked)
  if (insert !== undefined && asked.role === 'reader')
    throw new Refusal(
      497,
      'ACCESS_DENIED',
      'Not enough privileges: only the user writer inserts, with the password that the store is served with',
    )
  return withSession(ground.folder, async (run) => {
    await run(preparation(ground, asked), 'Null')
    if (insert !== undefined) return runInsert(run, ground, insert)
    const { sql, format } = await admit(run, textOf(asked), { ...ground, role: asked.role })
    return { bytes: await run(sql, asked.format), format: format || asked.format }
  })
}

/** What a session is told first. A reader's ends with `readonly`, which nothing undoes. */
function preparation({ database, limits }: Ground, asked: Asked): string {
  // The engine's own first database is not ours; clients name it where they were told nothing.
  const own = asked.database === '' || asked.database === 'default' ? database : asked.database
  if (asked.role === 'reader' && own.toLowerCase() === 'system')
    throw new Refusal(497, 'ACCESS_DENIED', "Name the engine's own tables as system.x")
  const settings =
    asked.role === 'reader' ? readerSettings(asked.settings, limits) : writerSettings(asked.settings)
  if (asked.role === 'writer') {
    settings.set('use_structure_from_insertion_table_in_table_functions', '1')
    // A repeated token is looked for without being asked, as a server does.
    if (settings.has('insert_deduplication_token') && !settings.has('insert_deduplicate'))
      settings.set('insert_deduplicate', '1')
  }
  const statements = [`USE \`${own.replace(/[\\`]/g, (c) => `\\${c}`)}\``]
  for (const [name, value] of settings) statements.push(`SET ${name} = ${quoted(value)}`)
  for (const [name, value] of asked.params) statements.push(`SET ${name} = ${quoted(value)}`)
  if (asked.role === 'reader') statements.push('SET readonly = 1')
  return statements.join(';\n')
}

/** Query and body are one text, as ClickHouse takes them. */
function textOf({ query, body }: Asked): string {
  return query === undefined ? body.toString() : body.length === 0 ? query : `${query}\n${body.toString()}`
}

interface Insert {
  head: string
  format: string
  rows: Buffer
}

function insertOf({ query, body }: Asked): Insert | undefined {
  // One character a byte: rows may be binary, and are cut off by bytes.
  const bytes = query === undefined ? body : Buffer.from(query)
  const text = bytes.toString('latin1', 0, MAX_HEAD)
  const split = splitInsert(text)
  if (split === undefined) return undefined
  const rest = bytes.subarray(split.dataAt)
  return {
    head: Buffer.from(split.head, 'latin1').toString(),
    format: split.format,
    rows: query === undefined ? rest : Buffer.concat([rest, body]),
  }
}

/** The engine takes binary rows only from a file, and rows in a statement could be read as further statements. */
async function runInsert(
  run: Run,
  { blocks, tableFunctions }: Ground,
  { head, format, rows }: Insert,
): Promise<Answer> {
  if (!FORMAT_NAME.test(format))
    throw new Refusal(73, 'UNKNOWN_FORMAT', `Unknown format ${format.slice(0, 60)}`)
  const { sql } = await admit(run, `${head} FORMAT ${format}`, { role: 'writer', tableFunctions })
  const cut = sql.lastIndexOf('FORMAT ')
  const empty = { bytes: new Uint8Array(), format: '' }
  if (rows.length === 0) return empty
  const file = join(blocks, `http-${files++}.rows`)
  try {
    await writeFile(file, rows, { mode: 0o600 })
    await run(`${sql.slice(0, cut)}SELECT * FROM file(${quoted(file)}, ${quoted(format)})`, 'Null')
  } finally {
    await rm(file, { force: true })
  }
  return empty
}
