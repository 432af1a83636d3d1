import { THRESHOLDS } from './thresholds.ts'

/** Wilson's interval of a share: it stays honest for few messages, where the usual one collapses to 0 or 1. */
export function wilson(hits: number, of: number, z: number = THRESHOLDS.z): [low: number, high: number] {
  if (of === 0) return [0, 1]
  const share = hits / of
  const centre = share + (z * z) / (2 * of)
  const spread = z * Math.sqrt((share * (1 - share)) / of + (z * z) / (4 * of * of))
  const scale = 1 + (z * z) / of
  return [Math.max(0, (centre - spread) / scale), Math.min(1, (centre + spread) / scale)]
}

/**
 * Log-likelihood that a rate of its own explains these refusals better than the usual rate: messages times the
 * Kullback-Leibler divergence. 0 where the share is not above the usual one.
 */
export function gainOver(usual: number, refused: number, messages: number): number {
  const share = messages === 0 ? 0 : refused / messages
  if (share <= usual) return 0
  const accepted = messages - refused
  return (
    refused * Math.log(share / usual) + (accepted > 0 ? accepted * Math.log((1 - share) / (1 - usual)) : 0)
  )
}
