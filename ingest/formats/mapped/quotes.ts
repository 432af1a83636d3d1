/** Whether an odd number of backslashes, none of them before `from`, stands before a place. */
function isEscaped(text: string, at: number, from: number): boolean {
  let first = at
  while (first > from && text.charCodeAt(first - 1) === 0x5c) first--
  return (at - first) % 2 === 1
}

/** Where a mark stands that no backslash before it escapes, from a place on; -1 where none does. Linear time. */
export function unescapedAt(text: string, mark: string, from: number): number {
  let at = text.indexOf(mark, from)
  while (at !== -1 && isEscaped(text, at, from)) at = text.indexOf(mark, at + 1)
  return at
}
