/** A tag-list (RFC 6376, 3.2) as DKIM keys, DMARC, MTA-STS, TLS-RPT and BIMI records use it. */
export interface TagList {
  /** Values by tag name, in the order of the record. */
  tags: ReadonlyMap<string, string>
  /** What breaks the list, '' where nothing does. */
  error: string
}

// Nothing that is published honestly has more.
const MAX_TAGS = 100

/**
 * Reads `name=value; name=value`, white space around names and values left out. A tag that stands twice, or a piece
 * without `=`, makes the whole list invalid (RFC 6376, 3.2).
 */
export function readTags(text: string): TagList {
  const tags = new Map<string, string>()
  let error = ''
  for (const piece of text.split(';', MAX_TAGS)) {
    if (piece.trim() === '') continue
    const equals = piece.indexOf('=')
    const name = piece.slice(0, equals === -1 ? undefined : equals).trim()
    if (equals === -1 || !/^[a-z][a-z0-9_]{0,50}$/i.test(name)) {
      error ||= `${JSON.stringify(piece.trim().slice(0, 60))} is no tag=value`
      continue
    }
    if (tags.has(name)) error ||= `the tag ${name} stands twice`
    else tags.set(name, piece.slice(equals + 1).trim())
  }
  return { tags, error }
}
