import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { replayCommand } from '../../cli/replay.ts'
import { type EmbeddedStore, openEmbedded } from '../../store/embedded.ts'
import { temporaryFolder } from '../temporary-folder.ts'

const folder = temporaryFolder()
let store: EmbeddedStore
beforeAll(async () => {
  const sample = join(import.meta.dirname, '../../cli/demo/mail.log.zst')
  expect(await replayCommand(['--no-dns', '--data-dir', folder, sample])).toBe(0)
  store = await openEmbedded(folder)
})
afterAll(async () => {
  await store.close()
})

const STRETCH = "from = '2026-06-10 11:45:00', to = '2026-06-10 12:00:00', direction = 'outbound'"

test('says how broad refusals are, as the events do', async () => {
  const rows = await store.query<Record<string, string | number>>(`SELECT * FROM breadth(${STRETCH})`)
  const of = (kind: string, name: string) =>
    rows.find(({ subject_kind, subject }) => subject_kind === kind && subject === name)
  const counted = async (condition: string) => {
    const [row] = await store.query<{ refused: number; domains_refusing: number }>(
      `SELECT uniqIf(message_key, ${REFUSED}) AS refused, uniqExactIf(recipient_org_domain, ${REFUSED}) AS domains_refusing
       FROM delivery_events WHERE direction = 'outbound' AND ${condition}
         AND event_time >= '2026-06-10 11:45:00' AND event_time < '2026-06-10 12:00:00'`,
    )
    return row
  }
  expect(of('all', 'all')).toMatchObject((await counted('1')) ?? {})
  for (const [kind, column, name] of [
    ['recipient_domain', 'recipient_org_domain', 'contoso.example'],
    ['sender_domain', 'sender_domain', 'news.northwind.example'],
    ['provider', 'provider', 'microsoft365'],
  ] as const)
    expect(of(kind, name)).toMatchObject((await counted(`${column} = '${name}'`)) ?? {})
  expect(of('sender_domain', 'news.northwind.example')).toMatchObject({
    domains_refusing: 20,
    senders_refused: 1,
  })
})

const REFUSED = "outcome IN ('bounced', 'expired', 'rejected') AND side != 'recipient_mailbox'"
