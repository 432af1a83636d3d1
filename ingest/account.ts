import type { Disposition } from './formats/format.ts'

/** What became of every record that was read; `records` is always the sum of the four dispositions. */
export interface Account {
  records: number
  /** Records that gave events, and the events that they gave. */
  with_events: number
  events: number
  correlated: number
  dead: number
  /** Ignored records by the name of the rule that ignored them. */
  ignored: Map<string, number>
}

/** An account of nothing. */
export function openAccount(): Account {
  return { records: 0, with_events: 0, events: 0, correlated: 0, dead: 0, ignored: new Map() }
}

/** Counts one record. */
export function count(account: Account, disposition: Disposition): void {
  account.records++
  if (disposition.kind === 'events') {
    account.with_events++
    account.events += disposition.events.length
  } else if (disposition.kind === 'correlated') account.correlated++
  else if (disposition.kind === 'dead') account.dead++
  else account.ignored.set(disposition.rule, (account.ignored.get(disposition.rule) ?? 0) + 1)
}

/** Adds one account to another. */
export function addAccount(total: Account, part: Account): void {
  total.records += part.records
  total.with_events += part.with_events
  total.events += part.events
  total.correlated += part.correlated
  total.dead += part.dead
  for (const [rule, n] of part.ignored) total.ignored.set(rule, (total.ignored.get(rule) ?? 0) + n)
}

/** Records ignored by all rules together. */
export function ignoredTotal(account: Account): number {
  let total = 0
  for (const n of account.ignored.values()) total += n
  return total
}

/** The account in one line for people. Throws where it does not balance: then a record was lost or counted twice. */
export function accountLine(account: Account): string {
  const ignored = ignoredTotal(account)
  const sum = account.with_events + account.correlated + ignored + account.dead
  if (sum !== account.records)
    throw new Error(`account does not balance: ${account.records} records, ${sum} dispositions`)
  return `${account.records} lines = ${account.with_events} with events (${account.events} events) + ${account.correlated} correlated + ${ignored} ignored + ${account.dead} dead letters`
}
