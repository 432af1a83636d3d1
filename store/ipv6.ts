import { isIPv4, isIPv6 } from 'node:net'

const NO_ADDRESS = new Uint8Array(16)

/** An address as the 16 bytes of IPv6, IPv4 mapped (RFC 4291, 2.5.5.2); `::` for what is no address. */
export function ipv6Bytes(address: string): Uint8Array {
  if (isIPv4(address)) {
    const bytes = new Uint8Array(16)
    bytes[10] = 0xff
    bytes[11] = 0xff
    address.split('.').forEach((part, index) => {
      bytes[12 + index] = Number(part)
    })
    return bytes
  }
  const [plain = ''] = address.split('%')
  if (!isIPv6(plain)) return NO_ADDRESS
  const dotted = plain.lastIndexOf('.') === -1 ? '' : plain.slice(plain.lastIndexOf(':') + 1)
  const hex = dotted === '' ? plain : `${plain.slice(0, plain.length - dotted.length)}0:0`
  const [head = '', tail] = hex.split('::')
  const groups = (part: string) =>
    part === '' ? [] : part.split(':').map((group) => Number.parseInt(group, 16))
  const before = groups(head)
  const after = tail === undefined ? [] : groups(tail)
  const all = [...before, ...new Array<number>(8 - before.length - after.length).fill(0), ...after]
  const bytes = Uint8Array.from(all.flatMap((group) => [group >> 8, group & 0xff]))
  if (dotted !== '') bytes.set(ipv6Bytes(dotted).subarray(12), 12)
  return bytes
}

const MAX_CACHED = 50_000
const addresses = new Map<string, Uint8Array>()

/** The same, kept for the next row with this address. */
export function cachedAddress(address: string): Uint8Array {
  let bytes = addresses.get(address)
  if (bytes === undefined) {
    bytes = ipv6Bytes(address)
    if (addresses.size >= MAX_CACHED) addresses.clear()
    // A copy, for the address was cut from lines that it would keep.
    addresses.set(Buffer.from(address).toString(), bytes)
  }
  return bytes
}
