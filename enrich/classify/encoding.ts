// What a server sent in another encoding than the log's reader took it for: repaired before the words are read.

import { isUtf8 } from 'node:buffer'

// Windows-1252 where it differs from Latin-1: its character to its byte.
const WINDOWS_1252 = new Map(
  [...new TextDecoder('windows-1252').decode(Uint8Array.from({ length: 32 }, (_, i) => 0x80 + i))].map(
    (char, i) => [char.charCodeAt(0), 0x80 + i],
  ),
)
const utf8 = new TextDecoder('utf-8')
/** A text of ASCII alone. */
export const ASCII = /^[\x00-\x7f]*$/
const LATIN_1 = /^[\x00-\xff]*$/
const OCTAL = /(?:\\[0-3][0-7]{2})+/g
const BREAK = /(?:\\r)?\\n/g
const ENCODED_WORD = /=\?([\w-]{1,40})\?([bq])\?([^?\s]{0,400})\?=/gi
const ESCAPE = '\u001b'

/** The bytes that a text was before it was read as Latin-1 or Windows-1252; undefined where it was neither. */
export function bytesOf(text: string): Uint8Array | undefined {
  if (LATIN_1.test(text)) return Buffer.from(text, 'latin1')
  const bytes = new Uint8Array(text.length)
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i)
    const byte = unit < 256 ? unit : WINDOWS_1252.get(unit)
    if (byte === undefined) return undefined
    bytes[i] = byte
  }
  return bytes
}

/** A text in an encoding of the WHATWG standard; undefined where there is none of that name or the bytes are not of it. */
export function decodedAs(encoding: string, bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes)
  } catch {
    return undefined
  }
}

function encodedWord(whole: string, charset: string, method: string, body: string): string {
  const quoted = () =>
    Buffer.from(
      body
        .replaceAll('_', ' ')
        .replace(/=([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
      'latin1',
    )
  const bytes = /b/i.test(method) ? Buffer.from(body, 'base64') : quoted()
  return decodedAs(charset, bytes) ?? whole
}

/**
 * A reply as its server meant it: octal escapes and `\n` of a log undone, encoded words (RFC 2047) and ISO-2022-JP read,
 * UTF-8 that was taken for Latin-1 or Windows-1252 put right.
 */
export function decoded(reply: string): string {
  let text = reply
  if (text.includes('\\'))
    text = text.replace(BREAK, '\n').replace(OCTAL, (run) =>
      String.fromCharCode(
        ...run
          .split('\\')
          .slice(1)
          .map((digits) => Number.parseInt(digits, 8)),
      ),
    )
  if (text.includes('=?')) text = text.replace(ENCODED_WORD, encodedWord)
  const escaped = text.includes(ESCAPE)
  if (!escaped && ASCII.test(text)) return text
  const bytes = bytesOf(text)
  if (bytes === undefined) return text
  if (escaped) return decodedAs('iso-2022-jp', bytes) ?? text
  // Asked first, for what `decode` throws costs more than all else that a reply does.
  return isUtf8(bytes) ? utf8.decode(bytes) : text
}

/** Encodings in which servers still write that are not UTF-8, each with a test that its letters must meet. */
const OTHERS = ['gb18030', 'shift_jis', 'euc-kr', 'big5', 'euc-jp', 'windows-1251', 'koi8-r', 'windows-1254']

/** What a reply may say if its bytes are in another encoding than Latin-1; nothing where there are none above ASCII. */
export function* otherReadings(reply: string): Generator<string> {
  const bytes = bytesOf(reply)
  if (bytes === undefined || !/[\x80-\uffff]/.test(reply)) return
  for (const encoding of OTHERS) {
    const text = decodedAs(encoding, bytes)
    if (text !== undefined) yield text
  }
}
