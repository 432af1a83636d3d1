import type { Role } from './access.ts'
import { Refusal } from './errors.ts'
import {
  ALIEN_DATABASE,
  isRefusedFunction,
  isRefusedTable,
  READ_NODES,
  READ_WORDS,
  WRITE_ROOTS,
} from './rules.ts'
import type { Run } from './sessions.ts'

/** A statement as the engine itself writes it, after it passed. */
export interface Admitted {
  sql: string
  /** The format that the statement names; `''` where it names none. */
  format: string
}

/** What a statement is judged by: who sent it, and the table functions that this engine has. */
export interface Judge {
  role: Role
  tableFunctions: ReadonlySet<string>
}

const FORMAT = /\bFORMAT (\w+)\s*(?:SETTINGS\b[^()]*)?$/y

/**
 * Lets the engine write a statement anew and judges that text, never the sender's: comments, case, quoting and several
 * statements are gone from it, and what was judged is what runs. Throws the refusal.
 */
export async function admit(run: Run, text: string, judge: Judge): Promise<Admitted> {
  if (text.trim() === '') throw new Refusal(62, 'SYNTAX_ERROR', 'Empty query')
  // The engine's interface takes a text that ends at a zero byte.
  if (text.includes('\0')) throw new Refusal(62, 'SYNTAX_ERROR', 'The statement holds a zero byte')
  const hex = Buffer.from(text).toString('hex')
  const sql = Buffer.from(await run(`SELECT formatQuery(unhex('${hex}'))`, 'RawBLOB')).toString()
  const bare = withoutQuoted(sql)
  if (judge.role === 'reader' && !READ_WORDS.test(bare))
    throw new Refusal(164, 'READONLY', 'Cannot execute query in readonly mode: a reader may only read')
  if (/\bINTO\s+OUTFILE\b/i.test(bare)) throw new Refusal(497, 'ACCESS_DENIED', 'INTO OUTFILE is not allowed')
  judgeTree(Buffer.from(await run(`EXPLAIN AST ${sql}`, 'TSVRaw')).toString(), judge)
  // It stands near the end: tried at one place only, a statement full of that word costs no more.
  FORMAT.lastIndex = Math.max(0, bare.lastIndexOf('FORMAT '))
  const [, format = ''] = FORMAT.exec(bare) ?? []
  return { sql, format }
}

/** Takes strings and quoted names out of a text that the engine wrote. */
function withoutQuoted(sql: string): string {
  let bare = ''
  for (let at = 0; at < sql.length; at++) {
    const c = sql[at] as string
    if (c !== "'" && c !== '`' && c !== '"') {
      bare += c
      continue
    }
    for (at++; at < sql.length && sql[at] !== c; at++) if (sql[at] === '\\') at++
    bare += ' '
  }
  return bare
}

// A node a line: its kind, then its name. An alias comes after it and may hold anything, line ends too.
const NODE = /^ *([A-Za-z:]+(?: definition)?)(?: (\S*))?(?: |$)/

/**
 * Judges the tree that the engine made of a statement. Whatever a name or a string holds can only add lines to the
 * text of the tree, never hide one: at worst something harmless is refused.
 */
function judgeTree(tree: string, { role, tableFunctions }: Judge): void {
  const lines = tree.split('\n').filter((line) => line !== '')
  lines.forEach((line, index) => {
    const [, kind = '', name = ''] = NODE.exec(line) ?? []
    if (!READ_NODES.has(kind)) {
      if (role === 'reader')
        throw denied(`${kind === '' ? 'This statement' : kind} is not allowed to a reader`)
      if ((index === 0 && !WRITE_ROOTS.has(kind)) || kind.startsWith('Dictionary'))
        throw denied(`${kind === '' ? 'This statement' : kind} is not allowed here`)
    }
    if (kind === 'Function' && isRefusedFunction(name, tableFunctions))
      throw denied(`${name}() is not allowed`)
    if (!kind.endsWith('Identifier') && !/^(?:Exists|ShowCreate)/.test(kind)) return
    // A function may be handed over by its name alone: arrayMap(file, ...).
    const alien = name === ALIEN_DATABASE ? kind !== 'Identifier' : name.startsWith(`${ALIEN_DATABASE}.`)
    if (alien || isRefusedFunction(name, NONE) || (role === 'reader' && isRefusedTable(name)))
      throw denied(`'${name}' is not allowed`)
  })
}

const NONE: ReadonlySet<string> = new Set()
const denied = (message: string) => new Refusal(497, 'ACCESS_DENIED', message)
