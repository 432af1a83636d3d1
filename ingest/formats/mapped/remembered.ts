/**
 * Remembers the last text and what it gave: every format is asked about a line, and those of one syntax take it apart the
 * same. What is given need be good until the next text only, so that room for it can be used again.
 */
export function remembered<Value>(read: (text: string) => Value): (text: string) => Value | undefined {
  let last: string | undefined
  let value: Value | undefined
  return (text) => {
    if (text === last) return value
    value = read(text)
    last = text
    return value
  }
}
