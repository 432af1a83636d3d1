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

/**
 * Log-likelihood that one cause explains all parts with these gains, of which each is either hit, at a rate of its own, or as
 * usual: receivers differ in what they enforce. Of no parts it is 0.
 */
export function spreadGain(gains: readonly number[]): number {
  const gainAt = (share: number) => {
    const [taking, usual] = [Math.log(share), Math.log(1 - share)]
    return gains.reduce((sum, gain) => {
      const hit = taking + gain
      return sum + Math.max(hit, usual) + Math.log1p(Math.exp(-Math.abs(hit - usual)))
    }, 0)
  }
  return Math.max(...TAKING_PART.map(gainAt))
}

const RATES = [0.1, 0.3, 0.5, 0.7, 0.9, 0.98]

/**
 * Log-likelihood that one cause refuses a share of all messages, besides what is usual for each part: who is always
 * refused says nothing, who never was says much. For parts whose usual rates are far apart.
 */
export function excessGain(parts: readonly Part[], independence: number): number {
  const hit = refusedOf(parts)
  const others = sumOf(parts).messages - sumOf(hit).messages
  const gainAt = (rate: number) => {
    const passed = Math.log(1 - rate)
    return hit.reduce((sum, { messages, refused, expected }) => {
      const usual = Math.min(0.99, expected / messages)
      return sum + refused * Math.log((usual + (1 - usual) * rate) / usual) + (messages - refused) * passed
    }, others * passed)
  }
  return Math.max(0, ...RATES.map(gainAt)) * independence
}
