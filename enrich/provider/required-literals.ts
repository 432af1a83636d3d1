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

// A group of alternatives that must be there: no quantifier behind it, no group in it.
const GROUP = /\(\?:([^()]{1,400})\)(?![?*+{])/

/** An alternative as several, one for each of those in its first group. */
function expanded(alternative: string): string[] {
  const group = GROUP.exec(alternative)
  if (group === null) return [alternative]
  const before = alternative.slice(0, group.index)
  const after = alternative.slice(group.index + group[0].length)
  return alternativesOf(group[1] ?? '').map((option) => `${before}${option}${after}`)
}

/**
 * Literals (lower case), one for each alternative of a pattern, that a text holds where the alternative matches: where
 * none is '', they are a prefilter. '' where an alternative has no literal that is long enough to tell.
 */
export function requiredLiterals(pattern: string): string[] {
  const alternatives = alternativesOf(pattern).flatMap((alternative) =>
    longestRun(alternative).length < MIN_LENGTH ? expanded(alternative) : [alternative],
  )
  return alternatives.map((alternative) => {
    const run = longestRun(alternative).toLowerCase()
    return run.length < MIN_LENGTH ? '' : run
  })
}
