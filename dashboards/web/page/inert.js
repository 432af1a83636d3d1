// @ts-check

// Controls (ANSI escapes among them), marks that turn the direction of writing, characters without width, line
// separators, tags, halves of a pair: all that makes text look other than it is.
const TREACHEROUS = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu
const LONGEST = 2000

/**
 * Text that strangers wrote, fit to be shown: every treacherous character appears as its code, `\u202e`.
 * @param {unknown} text
 */
export function inert(text) {
  const whole = String(text ?? '')
  const cut = whole.length > LONGEST ? `${whole.slice(0, LONGEST)} … (${whole.length} characters)` : whole
  return cut.replace(TREACHEROUS, (found) => {
    const code = found.codePointAt(0) ?? 0
    if (code === 10) return '\\n'
    return code < 0x100 ? `\\x${hex(code, 2)}` : code > 0xffff ? `\\u{${hex(code, 5)}}` : `\\u${hex(code, 4)}`
  })
}

/**
 * @param {number} code
 * @param {number} width
 */
function hex(code, width) {
  return code.toString(16).padStart(width, '0')
}
