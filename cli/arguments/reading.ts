import type { ParseArgsOptionsConfig } from 'node:util'
import type { Store } from '../../store/store.ts'
import { useThresholds } from '../../verdict/own-thresholds.ts'
import { loadConfiguration } from './configuration.ts'
import { openStore, storeFlags } from './open-store.ts'
import { HELP_OPTION } from './options.ts'
import { UsageError } from './usage-error.ts'

/** Options that every command has which reads the store. */
export const READ_OPTIONS = {
  'data-dir': { type: 'string' },
  url: { type: 'string' },
  config: { type: 'string' },
  json: { type: 'boolean', default: false },
  ...HELP_OPTION,
} as const satisfies ParseArgsOptionsConfig

/** Opens the store that a command was told to read, and closes it after. */
export async function withStore<Answer>(
  values: { 'data-dir'?: string | undefined; url?: string | undefined; config?: string | undefined },
  read: (store: Store) => Promise<Answer>,
): Promise<Answer> {
  const config = loadConfiguration(values.config, storeFlags(values))
  useThresholds(config.verdict)
  const store = await openStore(config)
  try {
    return await read(store)
  } finally {
    await store.close()
  }
}

/** How many rows are wanted: a whole number from 1 to `most`. */
export function limitOf(text: string, most: number): number {
  const limit = Number(text)
  if (Number.isInteger(limit) && limit >= 1 && limit <= most) return limit
  throw new UsageError(`--limit ${JSON.stringify(text)} is no number from 1 to ${most}`)
}

const UNITS: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }

/** A duration like 90s, 15m, 1h, 7d in milliseconds. */
export function durationOf(option: string, text: string): number {
  const [, digits = '', unit = ''] = /^([0-9]{1,6})([smhd])$/.exec(text) ?? []
  const milliseconds = Number(digits) * (UNITS[unit] ?? 0)
  if (milliseconds > 0) return milliseconds
  throw new UsageError(`${option} ${JSON.stringify(text)} is no duration; use one like 90s, 15m, 1h or 7d`)
}

const INSTANT =
  /^[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,9})?)?(?:Z|[+-][0-9]{2}:?[0-9]{2})$/

/** A moment in ISO 8601 with its zone, in milliseconds since 1970: without a zone it would mean two moments. */
export function instantOf(option: string, text: string): number {
  const at = INSTANT.test(text) ? Date.parse(text.replace(' ', 'T')) : Number.NaN
  // The range of the store's times.
  if (at >= 0 && at < Date.UTC(2100, 0, 1)) return at
  throw new UsageError(
    `${option} ${JSON.stringify(text)} is no moment with a zone; use one like 2026-06-10T12:00:00Z`,
  )
}
