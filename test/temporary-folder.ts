import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from 'vitest'

// A store that was killed often leaves very many files, and a busy disk takes its time.
const REMOVAL_MS = 300_000

/** A new folder for the tests of one file, or of one `describe`; removed after them. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'faultline-test-'))
  afterAll(() => rmSync(folder, { recursive: true, force: true, maxRetries: 3 }), REMOVAL_MS)
  return folder
}
