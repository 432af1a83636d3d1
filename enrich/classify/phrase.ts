/** A phrase of a rule: pieces in this order, `*` between them stands for up to 80 other characters. */
export interface Phrase {
  pieces: string[]
  /** The longest piece: a text without it cannot hold the phrase. */
  anchor: string
}

const MAX_GAP = 80

/** Splits the notation of a rule file (already folded) into a phrase. */
export function phraseOf(notation: string): Phrase {
  // Most are one piece, and thousands are read at start.
  if (!notation.includes('*')) return { pieces: [notation], anchor: notation }
  const pieces = notation.split('*').filter((piece) => piece !== '')
  return { pieces, anchor: pieces.reduce((a, b) => (b.length > a.length ? b : a), '') }
}

/** Place of the pieces of a phrase in a text as [start, end), or undefined. */
export function findPhrase(pieces: readonly string[], text: string): [number, number] | undefined {
  const first = pieces[0] ?? ''
  // Few restarts are enough for real replies, and keep a text made of first pieces linear.
  for (
    let start = text.indexOf(first), tries = 0;
    start >= 0 && tries < 8;
    start = text.indexOf(first, start + 1), tries++
  ) {
    let end = start + first.length
    let whole = true
    for (let i = 1; i < pieces.length && whole; i++) {
      const piece = pieces[i] ?? ''
      const at = text.slice(end, end + MAX_GAP + piece.length).indexOf(piece)
      whole = at >= 0
      end += at + piece.length
    }
    if (whole) return [start, end]
  }
  return undefined
}
