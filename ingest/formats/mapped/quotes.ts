/** Where a mark stands that no backslash before it escapes, from a place on; -1 where none does. Linear time. */
export function unescapedAt(text: string, mark: string, from: number): number {
  let at = text.indexOf(mark, from)
  for (; at !== -1; at = text.indexOf(mark, at + 1)) {
    let escapes = at
    while (escapes > from && text.charCodeAt(escapes - 1) === 0x5c) escapes--
    if ((at - escapes) % 2 === 0) return at
  }
  return -1
}
