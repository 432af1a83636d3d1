const MIN_LENGTH = 3

/** Cuts a pattern at the `|` that are in no group. */
function alternativesOf(pattern: string): string[] {
  const parts = ['']
  let depth = 0
  for (const [token] of pattern.matchAll(/\\.|\[(?:\\.|[^\]\\])*\]|[\s\S]/g)) {
    if (token === '(') depth++
    if (token === ')') depth--
    if (token === '|' && depth === 0) parts.push('')
    else parts[parts.length - 1] += token
  }
  return parts
}

/** The longest run of characters that an alternative takes as they stand, outside of groups; '' for none. */
function longestRun(alternative: string): string {
  let best = ''
  let run = ''
  let depth = 0
  for (const [token] of alternative.matchAll(/\\.|\[(?:\\.|[^\]\\])*\]|\{[\d,]+\}|[\s\S]/g)) {
    const literal = /^\\[^a-z0-9]$/i.test(token)
      ? token.slice(1)
      : /^[\w \-/@:=#%&]$/.test(token)
        ? token
        : ''
    if (token === '(') depth++
    if (token === ')') depth--
    // A quantifier may take the character before it away.
    if (/^[?*{]/.test(token)) run = run.slice(0, -1)
    if (literal !== '' && depth === 0) run += literal
    else {
      if (run.length > best.length) best = run
      run = ''
    }
  }
  return run.length > best.length ? run : best
}

/**
 * Literals (lower case) of which every text holds one that a pattern matches: a prefilter for it. Undefined where an
 * alternative has none that is long enough to tell.
 */
export function requiredLiterals(pattern: string): string[] | undefined {
  const literals = alternativesOf(pattern).map((alternative) => longestRun(alternative).toLowerCase())
  return literals.every(({ length }) => length >= MIN_LENGTH) ? literals : undefined
}
