import { engineMessage } from './store.ts'

/** A statement that a reader may not run; the message says why. */
export class RefusedStatement extends Error {
  override name = 'RefusedStatement'
}

/** Runs one statement with parameters on a session for reading. */
type Read = (sql: string, params: object | undefined, format: string) => Promise<Uint8Array>

const READS = /^(?:SELECT|WITH|SHOW|DESCRIBE|EXISTS|EXPLAIN)\b/
// Text in '...' and names in `...`, as the engine's own formatter writes them.
// What is not closed runs to the end, so that nothing is read twice.
const QUOTED = /'[^'\\]*(?:\\.[^'\\]*)*(?:'|$)|`[^`\\]*(?:\\.[^`\\]*)*(?:`|$)/gs
// Every name, also those that call nothing: a search for calls alone would try each letter of a long name.
const NAME = /([A-Za-z_][A-Za-z0-9_]*)(\s*\()?/g
// Table functions that make rows of nothing but their arguments, and names that scalar functions share.
const HARMLESS = [
  'format',
  'generateRandom',
  'generateSeries',
  'generate_series',
  'null',
  'numbers',
  'numbers_mt',
  'primes',
  'values',
  'view',
  'zeros',
  'zeros_mt',
]
// `file` is a scalar function too, and that one reads a file even where readonly is set.
const ALWAYS_REFUSED = ['file', 'catboostEvaluate']

/** Tells what a statement only reads: gives it in the engine's own words, or undefined where it is not for readers. */
export type ReadOnlyGuard = (sql: string) => Promise<string | undefined>

const text = (bytes: Uint8Array) => Buffer.from(bytes).toString('utf8')

/**
 * The guard of readers. `readonly` on the session is not enough: the scalar `file()` reads any file, INTO OUTFILE
 * writes one, KILL QUERY runs, and DESCRIBE of `url()` or `s3()` asks another host. So the engine's formatter writes
 * the statement out (without comments, one statement only), and that is what is judged and run.
 * The guard throws a RefusedStatement for what reaches out of the store, and for what does not parse.
 */
export async function openReadOnlyGuard(read: Read): Promise<ReadOnlyGuard> {
  const names = text(await read('SELECT name FROM system.table_functions', undefined, 'TabSeparatedRaw'))
  const refused = new Set([...names.split('\n'), ...ALWAYS_REFUSED].map((name) => name.toLowerCase()))
  refused.delete('')
  for (const name of HARMLESS) refused.delete(name.toLowerCase())

  return async (sql) => {
    let plain: string
    try {
      plain = text(await read('SELECT formatQuery({sql:String})', { sql }, 'TabSeparatedRaw')).trim()
    } catch (error) {
      throw new RefusedStatement(engineMessage(error))
    }
    const bare = plain.replace(QUOTED, "''")
    if (!READS.test(bare)) return undefined
    if (/\bINTO\s+OUTFILE\b/.test(bare))
      throw new RefusedStatement('INTO OUTFILE writes a file: not for readers')
    for (const [, name = '', call] of bare.matchAll(NAME))
      if (call !== undefined && refused.has(name.toLowerCase()))
        throw new RefusedStatement(`${name}() reaches files or other hosts: not for readers`)
    return plain
  }
}
