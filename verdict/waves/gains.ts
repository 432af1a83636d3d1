import { gainOver } from '../intervals.ts'
import type { Part } from '../subject.ts'
import { refusedOf, sumOf } from './parts.ts'

/**
 * How much better a rate of its own explains messages than the usual rate (log-likelihood), less what estimating a rate
 * costs (BIC). `independence` is the candidate's.
 */
export const gainOf = ({ messages, refused, expected }: Part, independence: number): number =>
  gainOver(expected / messages, refused, messages) * independence - Math.log(1 + messages) / 2

// Shares of receivers that take part in a broad wave: from few that enforce a policy to most.
const TAKING_PART = [0.02, 0.1, 0.5]

/** `gainOf` of each part. */
export function gainsOf(parts: readonly Part[], independence: number): number[] {
  const gains: number[] = []
  for (const part of parts) gains.push(gainOf(part, independence))
  return gains
}

function spreadGainAt(share: number, gains: readonly number[]): number {
  const [taking, usual] = [Math.log(share), Math.log(1 - share)]
  let sum = 0
  for (const gain of gains) {
    const hit = taking + gain
    sum = sum + Math.max(hit, usual) + Math.log1p(Math.exp(-Math.abs(hit - usual)))
  }
  return sum
}

/**
 * Log-likelihood that one cause explains all parts with these gains, of which each is either hit, at a rate of its own, or as
 * usual: receivers differ in what they enforce. Of no parts it is 0.
 */
export const spreadGain = (gains: readonly number[]): number =>
  Math.max(...TAKING_PART.map((share) => spreadGainAt(share, gains)))

const RATES = [0.1, 0.3, 0.5, 0.7, 0.9, 0.98]

// `others`: messages of the parts that are not hit.
function excessGainAt(rate: number, hit: readonly Part[], others: number): number {
  const passed = Math.log(1 - rate)
  let sum = others * passed
  for (const { messages, refused, expected } of hit) {
    const usual = Math.min(0.99, expected / messages)
    sum = sum + refused * Math.log((usual + (1 - usual) * rate) / usual) + (messages - refused) * passed
  }
  return sum
}

/**
 * Log-likelihood that one cause refuses a share of all messages, besides what is usual for each part: who is always
 * refused says nothing, who never was says much. For parts whose usual rates are far apart.
 */
export function excessGain(parts: readonly Part[], independence: number): number {
  const hit = refusedOf(parts)
  const others = sumOf(parts).messages - sumOf(hit).messages
  return Math.max(0, ...RATES.map((rate) => excessGainAt(rate, hit, others))) * independence
}
