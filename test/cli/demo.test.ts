import { expect, test } from 'vitest'
import { demoCommand } from '../../cli/demo.ts'
import { UsageError } from '../../cli/usage-error.ts'

test.each([['--nosuch'], ['mail.log']])('%s is no option of the demo, which does not start', async (arg) => {
  await expect(demoCommand([arg])).rejects.toThrow(UsageError)
})
