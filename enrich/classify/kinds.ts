// Bytes of a reply in UTF-8, sorted by what the mask does with them.

export const NEWLINE = 10
export const ESCAPE = 27
export const BLANK = 32
export const QUOTE = 34
export const HASH = 35
export const APOSTROPHE = 39
export const COMMA = 44
export const DASH = 45
export const DOT = 46
export const SLASH = 47
export const COLON = 58
export const SEMICOLON = 59
export const EQUALS = 61
export const QUESTION = 63
export const AT = 64
export const UNDERSCORE = 95

// Kinds, as bits.
export const SPACE = 1
export const SEPARATOR = 2
export const DIGIT = 4
/** What may join parts to a name, or end a sentence. */
export const JOINER = 8
export const LOWER = 16
/** Also what a capital is less than its small letter. */
export const UPPER = 32
export const NO_HEX = 64
/** Other white space, and what only `plainText` can read: an escape, a backslash, anything that is not ASCII. */
export const ODD = 128

/** The kind of each byte. */
export const KIND = new Uint8Array(256).fill(SEPARATOR | ODD)
for (let byte = 0; byte < 128; byte++) {
  const char = String.fromCharCode(byte)
  if (byte <= BLANK || byte === 127) KIND[byte] = byte === BLANK ? SPACE : SPACE | ODD
  else if ('<>()[]"\'`,;|'.includes(char)) KIND[byte] = SEPARATOR
  else if (/[0-9]/.test(char)) KIND[byte] = DIGIT
  else if (/[A-Z]/.test(char)) KIND[byte] = /[A-F]/.test(char) ? UPPER : UPPER | NO_HEX
  else if (/[a-z]/.test(char)) KIND[byte] = /[a-f]/.test(char) ? LOWER : LOWER | NO_HEX
  else if ('.:@='.includes(char)) KIND[byte] = JOINER
  else KIND[byte] = char === '\\' ? NO_HEX | ODD : NO_HEX
}

export const kindOf = (byte: number): number => KIND[byte] as number
export const isDigit = (byte: number | undefined): boolean => byte !== undefined && byte >= 48 && byte <= 57
