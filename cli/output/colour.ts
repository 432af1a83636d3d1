const CODES = { bold: [1, 22], dim: [2, 22], red: [31, 39], yellow: [33, 39], green: [32, 39] } as const

/** Whether stdout shows colours: a terminal that was not told otherwise (https://no-color.org). */
export const hasColour = (): boolean =>
  process.stdout.isTTY === true && !process.env['NO_COLOR'] && process.env['TERM'] !== 'dumb'

/** Text in a colour, or as it is where there are none. */
export function colour(style: keyof typeof CODES, text: string, on = hasColour()): string {
  const [begin, end] = CODES[style]
  return on && text !== '' ? `\u001b[${begin}m${text}\u001b[${end}m` : text
}
