/** Slots of a table of grams; a power of two. */
export const SLOTS = 1 << 15
const SHIFT = 17

/** A set of slots as bits: small enough to stay in the processor's nearest cache. */
export type Bits = Uint32Array

/** The empty set. */
export const noBits = (): Bits => new Uint32Array(SLOTS >>> 5)

/** Adds a slot. */
export function addBit(bits: Bits, slot: number): void {
  bits[slot >>> 5] = (bits[slot >>> 5] ?? 0) | (1 << (slot & 31))
}

/** Whether a slot is in the set. */
export const hasBit = (bits: Bits, slot: number): boolean =>
  ((bits[slot >>> 5] as number) & (1 << (slot & 31))) !== 0

/** Slot of the gram that ends with `unit`, given what `roll` made of the units before it. */
export const slotOf = (gram: number): number => Math.imul(gram, 0x9e37_79b1) >>> SHIFT

/** Adds a unit of a text to a gram: the last four units decide its value. */
export const roll = (gram: number, unit: number): number => (gram << 8) ^ unit
