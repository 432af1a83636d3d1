import { detached } from '../../ingest/detached.ts'
import { decoded } from './encoding.ts'

// Combining marks; quotes that have a plain form; the one accent that Unicode does not take apart.
const TYPESET = /[\u0300-\u036f\u2018\u2019\u02bc\u0141\u0142]/g

function typed(char: string): string {
  if (char < '\u0300') return char === '\u02bc' ? "'" : 'l'
  return char < '\u2000' ? '' : "'"
}

const foldedRun = (run: string): string => run.normalize('NFKD').replace(TYPESET, typed).toLowerCase()

const NOT_ASCII = /[^\x00-\x7f]+/g
const MAX_KEPT = 10_000
const LONGEST_KEPT = 40
const kept = new Map<string, string>()

/** Folds a run of letters beyond ASCII; short ones are kept, for a language's words come again and again. */
function folded(run: string): string {
  if (run.length > LONGEST_KEPT) return foldedRun(run)
  const known = kept.get(run)
  if (known !== undefined) return known
  const own = detached(run)
  const plain = foldedRun(own)
  if (kept.size >= MAX_KEPT) kept.clear()
  kept.set(own, plain)
  return plain
}

/** Lower case without accents and with straight quotes, so that a rule needs one spelling of a word. */
export const fold = (text: string): string => text.replace(NOT_ASCII, folded).toLowerCase()

/** A reply in one encoding and one spelling. */
export const plainText = (reply: string): string => fold(decoded(reply))
