import { setImmediate } from 'node:timers/promises'
import { promisify } from 'node:util'
import * as zlib from 'node:zlib'
import { cityHash128 } from './cityhash.ts'

const CHUNK = 1024 * 1024
const NONE = 0x02
const ZSTD = 0x90
// Not in every Node that we run on.
const pack = zlib.zstdCompress === undefined ? undefined : promisify(zlib.zstdCompress)

/**
 * Packs bytes in ClickHouse's compressed frames (`compress=1`): a sum, the method, both sizes, the bytes. Every frame
 * names its own method, so that a reader takes Zstandard where it asked for LZ4; a Node without it sends plain frames.
 */
export async function toFrames(bytes: Uint8Array): Promise<Buffer> {
  const frames: Buffer[] = []
  for (let at = 0; at < bytes.length; at += CHUNK) {
    const chunk = bytes.subarray(at, at + CHUNK)
    const packed = (await pack?.(chunk)) ?? chunk
    const frame = Buffer.allocUnsafe(25 + packed.length)
    frame[16] = packed === chunk ? NONE : ZSTD
    frame.writeUInt32LE(9 + packed.length, 17)
    frame.writeUInt32LE(chunk.length, 21)
    frame.set(packed, 25)
    const [low, high] = cityHash128(frame.subarray(16))
    frame.writeBigUInt64LE(low, 0)
    frame.writeBigUInt64LE(high, 8)
    frames.push(frame)
    // A large answer takes seconds to sum up: others get their turn between.
    await setImmediate()
  }
  return Buffer.concat(frames)
}
