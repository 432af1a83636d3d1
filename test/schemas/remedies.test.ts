import { describe, expect, test } from 'vitest'
import { PROVIDERS } from '../../enrich/provider/provider.ts'
import { REASONS } from '../../schemas/reasons.ts'
import remedies from '../../schemas/remedies.json' with { type: 'json' }

interface Remedy {
  sender: string
  recipient: string
  send: string
  providers: Record<string, { url: string; note: string }>
}

const table = Object.entries(remedies as unknown as Record<string, Remedy>)
const ids = new Set(PROVIDERS.map(({ id }) => id))
// A policy of the sender's domain is never weakened so that one sender gets through.
const WEAKENS = /p=none|\b(?:relax|weaken|lower|loosen|disable|remove|turn off|drop)\b[^.;]{0,60}\bDMARC\b/i

test('every reason has a remedy, and there is none without a reason', () => {
  expect(table.map(([reason]) => reason).sort()).toEqual([...REASONS.keys()].sort())
})

describe.each(table)('%s', (_, { sender, recipient, send, providers }) => {
  test('says in short sentences what each side checks and what to send', () => {
    for (const text of [sender, recipient, send]) {
      expect(text).toMatch(/^[A-Z].+\.$/s)
      expect(text.length).toBeLessThan(320)
      expect(text).not.toMatch(WEAKENS)
    }
  })
  test("links known providers' own pages", () => {
    for (const [id, { url, note }] of Object.entries(providers)) {
      expect(ids.has(id), id).toBe(true)
      expect(['https:', 'http:']).toContain(new URL(url).protocol)
      expect(note).not.toBe('')
      expect(note).not.toMatch(WEAKENS)
    }
  })
})
