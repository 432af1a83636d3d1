import fc from 'fast-check'
import { expect, test } from 'vitest'
import { isOneSlip, typingSlipOf } from '../../schemas/typing-slip.ts'

test.each([
  ['gmal.com', 'gmail.com'],
  ['gmai.com', 'gmail.com'],
  ['gamil.com', 'gmail.com'],
  ['gnail.com', 'gmail.com'],
  ['gmaill.com', 'gmail.com'],
  ['gmail.co', 'gmail.com'],
  ['gmail.con', 'gmail.com'],
  ['hotmial.com', 'hotmail.com'],
  ['yaho.com', 'yahoo.com'],
  ['outlok.com', 'outlook.com'],
  ['iclod.com', 'icloud.com'],
  ['gmx.dee', 'gmx.de'],
  // Well known itself, too far, or nothing near.
  ['mail.com', ''],
  ['gmail.com', ''],
  ['gmial.con', ''],
  ['example.org', ''],
  ['', ''],
])('%j was %j', (typed, meant) => {
  expect(typingSlipOf(typed)).toBe(meant)
})

test('a domain that mail is often delivered to counts too', () => {
  expect(typingSlipOf('muellr-bau.example', ['mueller-bau.example'])).toBe('mueller-bau.example')
  expect(typingSlipOf('mueller-bau.example', ['mueller-bau.example'])).toBe('')
})

test('one slip goes both ways, and none is no slip', () => {
  fc.assert(
    fc.property(fc.stringMatching(/^[a-z.]{0,12}$/), fc.stringMatching(/^[a-z.]{0,12}$/), (a, b) => {
      expect(isOneSlip(a, b)).toBe(isOneSlip(b, a))
      expect(isOneSlip(a, a)).toBe(false)
      expect(isOneSlip(`${a}x${b}`, `${a}${b}`)).toBe(true)
    }),
  )
})
