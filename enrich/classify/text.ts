import { decoded } from './encoding.ts'

const ASCII = /^[\x00-\x7f]*$/
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

const MAX_TEXT = 4096
// A line of a multi-line reply starts with its code again, in the middle of a sentence.
const CODES =
  /(^|\r?\n)[ \t]{0,8}["']?[245]\d\d(?:[- :]|$)[ \t]{0,8}(?:[245]\.\d{1,3}\.\d{1,3}(?=[\s:-]|$))?/g
const ADDRESS = /[^\s<>@"'(),;:[\]]{1,64}@[^\s<>@"'(),;:[\]]{1,255}/g
const SPACE = /\s{1,64}/g

/** The words of a reply with every name as it stands; only codes and mail addresses (other people's words) are gone. */
export function wordsOf(reply: string): string {
  return plainText(reply.slice(0, MAX_TEXT)).replace(CODES, ' ').replace(ADDRESS, '@').replace(SPACE, ' ')
}
