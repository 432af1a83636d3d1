/** As many codes there is room for at once. */
const ROOM = 65_536
/** So that four codes can be looked at from the 0 behind the text on. */
const BEHIND = 4

const encoder = new TextEncoder()
const room = Buffer.allocUnsafeSlow(ROOM + BEHIND)
const roomView = new DataView(room.buffer)

/** A code of over a byte. V8 knows without a look that a text which it keeps in bytes has none. */
const WIDE = /[\u0100-\uffff]/

/** The codes of a text that is not ASCII alone. */
function putCodes(text: string, bytes: Buffer<ArrayBuffer>): void {
  if (!WIDE.test(text)) bytes.write(text, 'latin1')
  else {
    const { buffer, byteOffset } = Buffer.from(text, 'utf16le')
    new Uint8ClampedArray(bytes.buffer).set(new Uint16Array(buffer, byteOffset, text.length))
  }
}

/**
 * The codes of a text, a byte each, and a 0 behind them; 255 stands for those over it, which are no marks and in no name. To
 * look at one here takes a fraction of `charCodeAt`'s time, which first finds out how V8 keeps the text, and four are compared
 * at once. Good until the next text's are taken.
 */
export function codesOf(text: string): DataView {
  const { length } = text
  const bytes = length < ROOM ? room : Buffer.allocUnsafeSlow(length + BEHIND)
  const { read, written } = encoder.encodeInto(text, bytes)
  // In UTF-8 what is not ASCII takes more bytes than codes.
  if (read !== length || written !== length) putCodes(text, bytes)
  bytes[length] = 0
  return bytes === room ? roomView : new DataView(bytes.buffer)
}

/** A name with the equals sign behind it as `stands` compares them: four codes at once, of the last four those that `mask` has. */
export interface Mark {
  quads: readonly number[]
  mask: number
}

/** The mark of a name, which is found where it is ASCII. */
export function markOf(name: string): Mark {
  const mark = Buffer.alloc(Math.ceil((name.length + 1) / 4) * 4)
  mark.write(`${name}=`, 'latin1')
  const quads: number[] = []
  for (let at = 0; at < mark.length; at += 4) quads.push(mark.readInt32LE(at))
  return { quads, mask: (-1 >>> (8 * (mark.length - name.length - 1))) | 0 }
}

/** Whether a name of this mark stands at a place of a text, and an equals sign behind it. */
export function stands({ quads, mask }: Mark, codes: DataView, at: number): boolean {
  const last = quads.length - 1
  for (let i = 0; i < last; i++) if (codes.getInt32(at + 4 * i, true) !== quads[i]) return false
  return (codes.getInt32(at + 4 * last, true) & mask) === quads[last]
}
