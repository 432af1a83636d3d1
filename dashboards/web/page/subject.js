// @ts-check
import { element, quoted } from './element.js'
import { boardHash } from './link.js'

/** @typedef {import('./link.js').Place} Place */

// The board about a subject, and the variable that holds it.
const BOARDS = /** @type {Record<string, [string, string]>} */ ({
  recipient_domain: ['recipient-domain', 'recipient_org_domain'],
  sender_domain: ['sender-domain', 'sender_domain'],
  provider: ['provider', 'provider'],
})

/**
 * Links to the board about the subject of a judgement, at its time where one is given.
 * @param {{ subject_kind: string, subject: string }} about
 * @param {Place} place
 * @param {{ from: string, to: string }} [time]
 */
export function aboutLinks({ subject_kind, subject }, { route, boards }, time) {
  const [id, variable] = BOARDS[subject_kind] ?? []
  const board = boards.find((one) => one.id === id)
  if (board === undefined || variable === undefined) return []
  const href = boardHash({ route: { ...route, ...time }, boards }, board.id, { [variable]: subject })
  return [element('a', { href, 'data-key': `about ${href}` }, `${board.title}: `, quoted(subject))]
}

/**
 * Links that save the packet for the side at fault: to be read, and ready to be sent.
 * @param {Record<string, string> | undefined} query what `faultline packet` is told
 */
export function packetLinks(query) {
  if (query === undefined) return []
  const href = (/** @type {string} */ format) => `api/packet?${new URLSearchParams({ ...query, format })}`
  return [
    element('a', { href: href('md'), 'data-key': `packet ${href('md')}` }, 'Packet (.md)'),
    element('a', { href: href('eml'), 'data-key': `packet ${href('eml')}` }, 'Packet as a message (.eml)'),
  ]
}
