import { z } from 'zod'
import { detached } from '../../ingest/detached.ts'
import { LiteralSet } from '../literals/literals.ts'
import data from './providers.json' with { type: 'json' }
import { requiredLiterals } from './required-literals.ts'

/** One mail provider: the host suffixes it answers from, and words that only its replies carry. */
export const ProviderSchema = z.strictObject({
  id: z.string().regex(/^[a-z0-9-]+$/),
  name: z.string().min(1),
  kind: z.enum(['mailbox', 'gateway', 'hosting', 'isp', 'forwarder', 'esp']),
  mx: z.array(z.string().min(1)),
  rej: z.array(z.string().min(1)).optional(),
  text: z.string().optional(),
  /** How well the row is attested. */
  conf: z.enum(['high', 'medium', 'low']).optional(),
  note: z.string().optional(),
  src: z.string().optional(),
})

/** The provider table, in the order in which the words are tried. */
export const PROVIDERS = z.array(ProviderSchema).parse(data.providers)

const exact = new Map<string, string>()
const suffixes = new Map<string, string>()
for (const { id, mx, rej } of PROVIDERS) {
  for (const host of [...mx, ...(rej ?? [])]) {
    const [map, key] = host.startsWith('=') ? [exact, host.slice(1)] : [suffixes, host]
    if (!map.has(key)) map.set(key, id)
  }
}

const words = PROVIDERS.flatMap(({ id, text }) =>
  text ? [{ id, text: new RegExp(text, 'i'), required: requiredLiterals(text) }] : [],
)

/** Literals of which a text holds one that the words of a provider are in; lower case. */
export const PROVIDER_LITERALS: readonly string[] = [
  ...new Set(words.flatMap(({ required }) => required.filter((literal) => literal !== ''))),
]

const literals = new LiteralSet(PROVIDER_LITERALS)
const askable = words.map(({ id, text, required }) => ({
  id,
  text,
  // Undefined: it must be asked whatever the text holds.
  needs: required.includes('') ? undefined : required.map((literal) => PROVIDER_LITERALS.indexOf(literal)),
}))

// SES receiving answers under one name a region; the regions change faster than a table.
const SES_INBOUND = /^inbound-smtp\.[a-z0-9-]{1,30}\.amazonaws\.com$/

/** Provider of a host by its longest known suffix on a dot boundary; '' where it is not known. */
export function providerOfHost(remoteHost: string): string {
  // Host names end at 255 octets (RFC 1035), which also bounds the loop below.
  let host = remoteHost.slice(-255).toLowerCase()
  if (host.endsWith('.')) host = host.slice(0, -1)
  const whole = exact.get(host)
  if (whole !== undefined) return whole
  for (let from = 0; ; ) {
    const id = suffixes.get(host.slice(from))
    if (id !== undefined) return id
    const dot = host.indexOf('.', from)
    if (dot < 0) return SES_INBOUND.test(host) ? 'amazon-workmail' : ''
    from = dot + 1
  }
}

const MAX_CACHED = 20_000
const providers = new Map<string, string>()

/** As `providerOfHost`, and remembered: a host answers again and again. */
export function cachedProviderOfHost(remoteHost: string): string {
  const known = providers.get(remoteHost)
  if (known !== undefined) return known
  const id = providerOfHost(remoteHost)
  if (providers.size >= MAX_CACHED) providers.clear()
  providers.set(detached(remoteHost), id)
  return id
}

/** Who answered by the words of a masked reply; '' where they do not tell. */
export function providerOfWords(text: string): string {
  const found = literals.scan(text)
  for (const { id, text: pattern, needs } of askable) {
    const likely =
      needs === undefined || (found > 0 && needs.some((literal) => (literals.places[literal] ?? -1) >= 0))
    if (likely && pattern.test(text)) return id
  }
  return ''
}
