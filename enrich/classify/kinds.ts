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

// Kinds, as bits above those of the byte.
export const SPACE = 0x100
export const SEPARATOR = 0x200
export const DIGIT = 0x400
/** What may join parts to a name, or end a sentence. */
export const JOINER = 0x800
export const LOWER = 0x1000
export const UPPER = 0x2000
export const NO_HEX = 0x4000
/** Other white space, and what only `plainText` can read: an escape, a backslash, anything that is not ASCII. */
export const ODD = 0x8000
/** What parts of names are made of, in lower case. */
export const PART = 0x10000

/** The kind of each byte, and in the lowest eight bits the byte in lower case. Signed, which is faster. */
export const KIND = new Int32Array(256).fill(SEPARATOR | ODD)
for (let byte = 0; byte < 128; byte++) {
  const char = String.fromCharCode(byte)
  if (byte <= BLANK || byte === 127) KIND[byte] = byte === BLANK ? SPACE : SPACE | ODD
  else if ('<>()[]"\'`,;|'.includes(char)) KIND[byte] = SEPARATOR
  else if (/[0-9]/.test(char)) KIND[byte] = DIGIT | PART
  else if (/[A-Z]/.test(char)) KIND[byte] = /[A-F]/.test(char) ? UPPER : UPPER | NO_HEX
  else if (/[a-z]/.test(char)) KIND[byte] = /[a-f]/.test(char) ? LOWER | PART : LOWER | NO_HEX | PART
  else if ('.:@='.includes(char)) KIND[byte] = JOINER
  else if (char === '-' || char === '_') KIND[byte] = NO_HEX | PART
  else KIND[byte] = char === '\\' ? NO_HEX | ODD : NO_HEX
}
export const kindOf = (byte: number): number => KIND[byte] as number
for (let byte = 0; byte < 256; byte++) KIND[byte] = kindOf(byte) | (kindOf(byte) & UPPER ? byte + 32 : byte)

export const isDigit = (byte: number | undefined): boolean => byte !== undefined && byte >= 48 && byte <= 57
