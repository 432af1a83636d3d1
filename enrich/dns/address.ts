import { isIPv4, isIPv6 } from 'node:net'

/** An IP address as a number, so that a network is one shift. */
export interface Address {
  version: 4 | 6
  /** 32 or 128 bits. */
  value: bigint
}

function value4(text: string): bigint {
  return BigInt(text.split('.').reduce((sum, octet) => sum * 256 + Number(octet), 0))
}

function value6(text: string): bigint {
  const dot = text.includes('.') ? text.slice(text.lastIndexOf(':') + 1) : ''
  const four = dot === '' ? 0 : Number(value4(dot))
  const hex =
    dot === ''
      ? text
      : `${text.slice(0, -dot.length)}${(four >>> 16).toString(16)}:${(four & 0xffff).toString(16)}`
  const [head = '', tail] = hex.split('::')
  const left = head === '' ? [] : head.split(':')
  const right = tail === undefined || tail === '' ? [] : tail.split(':')
  const groups = [...left, ...Array(8 - left.length - right.length).fill('0'), ...right]
  return groups.reduce((sum, group) => (sum << 16n) | BigInt(`0x${group}`), 0n)
}

/** Reads an address as it is written; undefined where it is none. */
export function writtenAddress(text: string): Address | undefined {
  if (isIPv4(text)) return { version: 4, value: value4(text) }
  return isIPv6(text) && !text.includes('%') ? { version: 6, value: value6(text) } : undefined
}

/** Reads an address; an IPv4 address mapped into IPv6 (RFC 4291, 2.5.5.2) is IPv4. Undefined where it is none. */
export function addressOf(text: string): Address | undefined {
  const address = writtenAddress(text)
  const isMapped = address?.version === 6 && address.value >> 32n === 0xffffn
  return isMapped ? { version: 4, value: address.value & 0xffffffffn } : address
}

/** Whether an address lies in a network of `prefix` bits (RFC 4632). */
export function inNetwork(address: Address, network: Address, prefix: number): boolean {
  if (address.version !== network.version) return false
  return (address.value ^ network.value) >> BigInt((address.version === 4 ? 32 : 128) - prefix) === 0n
}

/** The dotted form of RFC 7208, 7.3 `i`: octets of IPv4, nibbles of IPv6. */
export function labelsOf(address: Address): string[] {
  if (address.version === 4) return [24n, 16n, 8n, 0n].map((shift) => String((address.value >> shift) & 255n))
  return [...address.value.toString(16).padStart(32, '0')]
}

/** The name under which an address has its PTR records (RFC 1035, 3.5; RFC 3596, 2.5). */
export function reverseName(address: Address): string {
  return `${labelsOf(address).reverse().join('.')}.${address.version === 4 ? 'in-addr' : 'ip6'}.arpa`
}

const reserved = (network: string, prefix: number, kind: string) => ({
  network: addressOf(network) as Address,
  prefix,
  kind,
})

// Nobody else can reach these: a host that has no other address takes no mail (RFC 6890).
const RESERVED = [
  reserved('127.0.0.0', 8, 'loopback'),
  reserved('::1', 128, 'loopback'),
  reserved('0.0.0.0', 8, 'unspecified'),
  reserved('::', 128, 'unspecified'),
  reserved('10.0.0.0', 8, 'private'),
  reserved('172.16.0.0', 12, 'private'),
  reserved('192.168.0.0', 16, 'private'),
  reserved('100.64.0.0', 10, 'private'),
  reserved('fc00::', 7, 'private'),
  reserved('169.254.0.0', 16, 'link-local'),
  reserved('fe80::', 10, 'link-local'),
  reserved('224.0.0.0', 4, 'multicast'),
  reserved('ff00::', 8, 'multicast'),
]

/** Why an address cannot be reached from elsewhere: loopback, private, ...; '' where it can. */
export function reservedKind(text: string): string {
  const address = addressOf(text)
  if (address === undefined) return ''
  return RESERVED.find(({ network, prefix }) => inNetwork(address, network, prefix))?.kind ?? ''
}
