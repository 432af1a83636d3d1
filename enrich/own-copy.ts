/**
 * A text as a string of its own, to be kept: V8 makes a part of a text, like a field of a block that was read, by pointing
 * into it, and whoever keeps the part keeps all of the block in memory. Unpaired surrogates become U+FFFD.
 */
export const ownCopy = (text: string): string => Buffer.from(text).toString()
