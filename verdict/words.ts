export const SENDER_SIDES = ['sender_authentication', 'sender_reputation', 'sender_content']
export const ROUTING_SIDES = ['recipient_routing', 'recipient_mailbox']
export const NETWORK_SIDES = ['transport', 'throttling']
/** Words that name no cause go with any. */
export const BARE_SIDES = ['', 'recipient_gateway']
/** Sides of the refusals that a wave against a sender is made of. */
export const BLAMING_SIDES: readonly string[] = [...SENDER_SIDES, ...BARE_SIDES]
/** One wave has one cause, and its words are of one kind: so the refusals of two troubles at one place are told apart. */
export const FAMILIES = [SENDER_SIDES, ROUTING_SIDES, NETWORK_SIDES, ['relay_config']]

/** Reasons of refusals that no server gave. */
export const UNREACHABLE: readonly string[] = ['network_error', 'domain_not_found', 'expired']

/**
 * Reasons that one unknown recipient is refused for as well as a whole domain: "Access denied" at Microsoft's edge, "Unrouteable
 * address" of an Exim whose routers know neither.
 */
export const ONE_OR_ALL: readonly string[] = ['recipient_edge_denied', 'route_missing']

/** Of the words that name no cause, and of those of no kind: numbers beside the places of the families. */
export const [BARE, OTHER] = [FAMILIES.length, FAMILIES.length + 1]
const FAMILY_OF = new Map([
  ...FAMILIES.flatMap((sides, family) => sides.map((side): [string, number] => [side, family])),
  ...BARE_SIDES.map((side): [string, number] => [side, BARE]),
])

/** The kind of words that a side's are: a place in the families, or BARE, or OTHER. */
export const familyOf = (side: string): number => FAMILY_OF.get(side) ?? OTHER
