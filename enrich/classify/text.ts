import { ASCII, decoded } from './encoding.ts'

const MARKS = /[\u0300-\u036f]/g
const QUOTES = /[\u2018\u2019\u02bc]/g
// The one accent that Unicode does not take apart.
const POLISH_L = /[\u0141\u0142]/g

/** Lower case without accents and with straight quotes, so that a rule needs one spelling of a word. */
export function fold(text: string): string {
  const plain = ASCII.test(text)
    ? text
    : text.normalize('NFKD').replace(MARKS, '').replace(QUOTES, "'").replace(POLISH_L, 'l')
  return plain.toLowerCase()
}

/** A reply in one encoding and one spelling; only what is needed of a long one. */
export const plainText = (reply: string): string => fold(decoded(reply.slice(0, 8192)))
