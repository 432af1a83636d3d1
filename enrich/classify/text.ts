import { ASCII, decoded } from './encoding.ts'

// Combining marks; quotes that have a plain form; the one accent that Unicode does not take apart.
const TYPESET = /[\u0300-\u036f\u2018\u2019\u02bc\u0141\u0142]/g

function typed(char: string): string {
  if (char < '\u0300') return char === '\u02bc' ? "'" : 'l'
  return char < '\u2000' ? '' : "'"
}

/** Lower case without accents and with straight quotes, so that a rule needs one spelling of a word. */
export function fold(text: string): string {
  const plain = ASCII.test(text) ? text : text.normalize('NFKD').replace(TYPESET, typed)
  return plain.toLowerCase()
}

/** A reply in one encoding and one spelling; only what is needed of a long one. */
export const plainText = (reply: string): string => fold(decoded(reply.slice(0, 8192)))
