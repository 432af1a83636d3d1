// @ts-check

const NUMBER = new Intl.NumberFormat('en')

/**
 * A number for people: 12,345.
 * @param {number} value
 */
export function count(value) {
  return NUMBER.format(value)
}

/**
 * A number with its noun: 1 domain, 2 domains.
 * @param {number} value
 * @param {string} one
 * @param {string} [many]
 */
export function counted(value, one, many = `${one}s`) {
  return `${count(value)} ${value === 1 ? one : many}`
}

/**
 * A time as logs and other postmasters read it.
 * @param {number | string} time
 */
export function utc(time) {
  const date = new Date(time)
  if (Number.isNaN(date.getTime())) return String(time)
  return `${date.toISOString().slice(0, 19).replace('T', ' ')} UTC`
}

/** On whose side a wave is, for people. */
export const VERDICTS = {
  recipient_domain: 'the recipient domain’s side',
  provider_wide: 'the provider’s side',
  sender_wide: 'the sender’s side',
  platform_wide: 'our own platform',
  mailbox_noise: 'no incident',
  insufficient_data: 'not enough to judge',
}

/** Sides of the taxonomy, for people. */
export const SIDES = {
  recipient_mailbox: 'their mailbox',
  recipient_routing: 'their routing or directory',
  recipient_gateway: 'their gateway',
  sender_authentication: 'sender authentication',
  sender_reputation: 'sender reputation',
  sender_content: 'the message itself',
  throttling: 'throttling',
  transport: 'network or TLS',
  relay_config: 'mail server configuration',
}

/** Whose fault a reply is, for people. */
export const FAULTS = {
  recipient: 'their side',
  sender: 'sender’s side',
  network: 'network',
  undetermined: 'open',
}

/**
 * The words for a name, or else the name without its underscores.
 * @param {Record<string, string>} table
 * @param {string} name
 */
export function wordsFor(table, name) {
  return (Object.hasOwn(table, name) && table[name]) || name.replaceAll('_', ' ')
}
