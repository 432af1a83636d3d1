import { expect, test } from 'vitest'
import { readFirstAccepted } from '../../../verdict/window/known-recipients.ts'
import { migratedStore } from '../../store/temporary-store.ts'
import { type Fate, fill, single } from '../traffic.ts'

const store = await migratedStore()

const FROM = Date.UTC(2026, 5, 10, 12)
const MINUTE = 60_000
const WINDOW = { direction: 'outbound', from: FROM, to: FROM + 15 * MINUTE } as const
const UNKNOWN: Fate = { reason: 'recipient_unknown', reply: '550 5.1.1 no such user' }

test('when recipients first took mail', async () => {
  const mail = (recipient: string, at: number, fate?: Fate) =>
    single({ sender: 's.example', ip: '192.0.2.1', domain: 'd.example', provider: '', at }, fate, {
      recipient,
    })
  await fill(store, [
    mail('known@d.example', FROM - 60 * MINUTE),
    mail('known@d.example', FROM - 30 * MINUTE),
    mail('new@d.example', FROM + MINUTE),
    mail('gone@d.example', FROM - 60 * MINUTE, UNKNOWN),
  ])
  const asked = ['known@d.example', 'gone@d.example', 'known@d.example', 'new@d.example']
  const first = await readFirstAccepted(store, WINDOW, asked)
  expect(['known', 'gone', 'new'].map((name) => first(`${name}@d.example`))).toEqual([
    FROM - 60 * MINUTE,
    undefined,
    FROM + MINUTE,
  ])
})
