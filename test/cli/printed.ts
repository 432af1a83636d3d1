import { beforeEach, vi } from 'vitest'

/** What the commands print that the tests of one file run: to standard output, and to the terminal beside it. */
export interface Printed {
  out: string
  said: string
}

/** Catches what is printed instead of printing it; empty at the start of each test. */
export function catchPrinted(): Printed {
  const printed: Printed = { out: '', said: '' }
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    printed.out += text
    return true
  })
  vi.spyOn(console, 'error').mockImplementation((text) => {
    printed.said += `${text}\n`
  })
  beforeEach(() => {
    printed.out = ''
    printed.said = ''
  })
  return printed
}
