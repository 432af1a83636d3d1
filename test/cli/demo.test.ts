import { expect, test } from 'vitest'
import { UsageError } from '../../cli/arguments/usage-error.ts'
import { demoCommand } from '../../cli/demo.ts'

test.each([['--nosuch'], ['mail.log']])('%s is no option of the demo, which does not start', async (arg) => {
  await expect(demoCommand([arg])).rejects.toThrow(UsageError)
})
