import { expect, test } from 'vitest'
import { briefColumns } from '../../cli/events.ts'

test('which log tells of an attempt is shown where several do', () => {
  const postfix = { source_format: 'postfix' }
  expect(briefColumns([])).not.toContain('source_format')
  expect(briefColumns([postfix, postfix])).not.toContain('source_format')
  expect(briefColumns([postfix, { source_format: 'proxmox' }])).toContain('source_format')
})
