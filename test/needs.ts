import { test } from 'vitest'

const CI = process.env['CI'] === 'true'

/** A test that is skipped where a part is missing, with one clear line; in CI everything is there. `why` is empty where it is. */
export function needs(why: string) {
  if (why !== '' && !CI) console.warn(`skipped: ${why}`)
  return test.skipIf(why !== '' && !CI)
}
