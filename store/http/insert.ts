/** An INSERT whose rows follow the statement. */
export interface InsertWithData {
  /** The statement without `FORMAT x` or `VALUES`. */
  head: string
  format: string
  /** Where the rows begin, in characters of the text. */
  dataAt: number
}

// A word, a quoted run, a comment, or any other character. What is not closed runs to the end, so that it is read once.
const TOKEN =
  /[A-Za-z_]\w*|'[^'\\]*(?:\\.[^'\\]*)*(?:'|$)|`[^`\\]*(?:\\.[^`\\]*)*(?:`|$)|"[^"\\]*(?:\\.[^"\\]*)*(?:"|$)|--[^\n]*|\/\*.*?(?:\*\/|$)|#[^\n]*|./gsy

/** Finds the rows of an INSERT, as `INSERT INTO t FORMAT TSV\n1\n`; undefined for every other statement. */
export function splitInsert(text: string): InsertWithData | undefined {
  const token = new RegExp(TOKEN)
  let depth = 0
  let first = true
  let previous = ''
  let formatAt = -1
  for (let match = token.exec(text); match !== null; match = token.exec(text)) {
    const [part] = match
    if (/^(?:\s|--|\/\*|#)/.test(part)) continue
    const word = part.toUpperCase()
    if (first && word !== 'INSERT') return undefined
    first = false
    if (part === '(') depth++
    else if (part === ')') depth--
    else if (depth === 0 && formatAt !== -1)
      return { head: text.slice(0, formatAt), format: part, dataAt: afterFormat(text, token.lastIndex) }
    else if (depth === 0 && word === 'VALUES' && previous !== 'INTO')
      return { head: text.slice(0, match.index), format: 'Values', dataAt: token.lastIndex }
    else if (depth === 0 && (word === 'SELECT' || word === 'WITH')) return undefined
    else if (depth === 0 && word === 'FORMAT' && previous !== 'INTO') formatAt = match.index
    previous = word
  }
  return undefined
}

/** Rows begin after the blanks and at most one line end that follow the format's name. */
function afterFormat(text: string, at: number): number {
  const [blanks = ''] = /^[ \t\r;]*\n?/.exec(text.slice(at, at + 100)) ?? []
  return at + blanks.length
}
