/**
 * A text that does not keep the block of lines alive that it was cut from. V8 copies a text shorter than 13 anyway, and a
 * longer one where a piece is cut off two texts that were joined; three times as fast as by way of a Buffer.
 */
export function detached(text: string): string {
  return text.length < 13 ? text : ` ${text}`.slice(1)
}
