const MAX_TEXT = 4096
const ASCII = /^[\x00-\x7f]*$/
const MARKS = /[\u0300-\u036f]/g
const QUOTES = /[\u2018\u2019\u02bc]/g
// The one accent that Unicode does not take apart.
const POLISH_L = /[\u0141\u0142]/g
// A line of a multi-line reply starts with its code again, in the middle of a sentence.
const CODES =
  /(^|\r?\n)[ \t]{0,8}["']?[245]\d\d(?:[- :]|$)[ \t]{0,8}(?:[245]\.\d{1,3}\.\d{1,3}(?=[\s:-]|$))?/g
const ADDRESS = /[^\s<>@"'(),;:[\]]{1,64}@[^\s<>@"'(),;:[\]]{1,255}/g
const SPACE = /\s{1,64}/g

/** Lower case without accents and with straight quotes, so that a rule needs one spelling of a word. */
export function fold(text: string): string {
  const plain = ASCII.test(text)
    ? text
    : text.normalize('NFKD').replace(MARKS, '').replace(QUOTES, "'").replace(POLISH_L, 'l')
  return plain.toLowerCase()
}

/** The words of a reply: codes of each line and mail addresses gone (they carry other people's words). */
export function wordsOf(reply: string): string {
  return fold(reply.slice(0, MAX_TEXT)).replace(CODES, ' ').replace(ADDRESS, '@').replace(SPACE, ' ')
}

/** Reply code at the start of the text, 0 where there is none. */
export function codeOf(reply: string): number {
  const found = /^\s{0,8}["']?([245]\d\d)(?:[- :#,]|$)/.exec(reply)
  return found ? Number(found[1]) : 0
}

// Not the middle of an IPv4 address nor of a version.
const STATUS = /(?<![\d.])([245])\.(\d{1,3})\.(\d{1,3})(?!\.?\d)/

/** RFC 3463 status that the text carries, '' where there is none. */
export function statusOf(reply: string): string {
  return STATUS.exec(reply.slice(0, MAX_TEXT))?.[0] ?? ''
}
