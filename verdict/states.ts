/** What attempts and messages came to, by number. Only messages are `limited`: delays that may pass (messages.ts). */
export const STATES = { accepted: 0, refused: 1, mailbox: 2, stalled: 3, greylisted: 4, limited: 5 } as const
export type State = keyof typeof STATES
export const STATE_COUNT = Object.keys(STATES).length
