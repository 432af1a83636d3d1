// npm run dashboards: writes dashboards/generated anew.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { generatedFiles } from './files.ts'

const folder = join(import.meta.dirname, '../generated')
rmSync(folder, { recursive: true, force: true })
for (const [path, text] of generatedFiles()) {
  mkdirSync(dirname(join(folder, path)), { recursive: true })
  writeFileSync(join(folder, path), text)
}
