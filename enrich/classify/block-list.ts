import { z } from 'zod'
import { LiteralSet } from '../literals/literals.ts'
import data from './block-lists.json' with { type: 'json' }

/** One block list: its canonical name, and what replies name it by. */
export const BlockListSchema = z.strictObject({
  name: z.string().min(1),
  /** DNS zones (RFC 5782) and pages; lower case. */
  zones: z.array(z.string().regex(/^[a-z0-9.-]+(\/[a-z0-9/]+)?$/)).min(1),
  words: z.array(z.string().regex(/^[a-z0-9 ()-]+$/)).optional(),
})

const LISTS = z.array(BlockListSchema).parse(data.lists)
const named = LISTS.flatMap(({ name, zones, words = [] }) =>
  [...zones, ...words].map((literal) => [literal, name] as const),
)

/** What names a block list in a reply. */
export const BLOCK_LIST_LITERALS: readonly string[] = named.map(([literal]) => literal)

const literals = new LiteralSet(BLOCK_LIST_LITERALS)

/** The block list that a masked reply names first, the most exact name of it; '' for none that is known. */
export function blockListOf(text: string): string {
  let best = -1
  let at = Number.POSITIVE_INFINITY
  for (const id of literals.hits.subarray(0, literals.scan(text))) {
    const place = literals.places[id] ?? 0
    const longer = (BLOCK_LIST_LITERALS[id]?.length ?? 0) > (BLOCK_LIST_LITERALS[best]?.length ?? 0)
    if (place < at || (place === at && longer)) {
      best = id
      at = place
    }
  }
  return named[best]?.[1] ?? ''
}

// `blocked using dnsbl.example.net`, `listed in rbl.example.net`: a list that we do not know.
const NAMING = /using|listed (?:in|on|at|by)|found (?:in|on)/
const ZONE =
  /(?:using|listed (?:in|on|at|by)|found (?:in|on)) (?:the )?((?:[a-z0-9-]{1,63}\.){1,6}[a-z]{2,24})(?![a-z0-9@-]|\.[a-z0-9])/i

/** Whether a masked reply may name a block list that is not known. */
export const mayNameList = (text: string): boolean => NAMING.test(text)

/** The zone of a block list that is not known, as the reply names it; '' for none. */
export const zoneOf = (reply: string): string => ZONE.exec(reply)?.[1]?.toLowerCase() ?? ''
