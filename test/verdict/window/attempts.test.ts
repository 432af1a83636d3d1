import { expect, test } from 'vitest'
import { STATES, type State } from '../../../verdict/states.ts'
import { type Attempts, readAttempts } from '../../../verdict/window/attempts.ts'
import { migratedStore } from '../../store/temporary-store.ts'
import { fill, single } from '../traffic.ts'

const store = await migratedStore()

const AT = Date.UTC(2026, 5, 10, 12)
const FROM = AT - 900_000
const REFUSED = { reason: 'policy_rejected', reply: '550 5.7.1 rejected by policy' }
const to = (domain: string, second: number) => ({
  ...{ sender: 's1.example', ip: '192.0.2.1', provider: '' },
  ...{ domain, at: FROM + second * 1000 },
})

function rowsOf({ names, count, ...of }: Attempts) {
  const name = (number: number | undefined) => names.texts[number ?? -1]
  return Array.from({ length: count }, (_, i) => ({
    recipient_org_domain: name(of.recipient_org_domain[i]),
    provider: name(of.provider[i]),
    source_ip: name(of.source_ip[i]),
    is_named: of.is_named[i] === 1,
    state: (Object.keys(STATES) as State[]).find((state) => STATES[state] === of.state[i]),
    is_alone: of.is_alone[i] === 1,
  }))
}

test('attempts of a window: in the order of their times, by direction, and who answered', async () => {
  const host = { remote_host: 'MX1.hoster.net' }
  await fill(store, [
    single(to('d1.example', 30), undefined, { ...host, message_id: 'a' }),
    single(to('d2.example', 10), REFUSED, { ...host, message_id: 'b', recipient: 'b@d2.example' }),
    single(to('d2.example', 20), undefined, { ...host, message_id: 'b', recipient: 'b@d2.example' }),
    single(to('d3.example', 40), undefined, { remote_host: '', message_id: 'c' }),
    single(to('own.example', 50), REFUSED, { ...host, message_id: 'd', direction: 'inbound' }),
    single(to('d1.example', 900), undefined, { ...host, message_id: 'e' }),
  ])
  const { outbound, inbound } = await readAttempts(store, { from: FROM, to: AT }, ['outbound', 'inbound'])
  const told = rowsOf(outbound)
  expect(told).toEqual([
    {
      recipient_org_domain: 'd2.example',
      provider: 'hoster.net',
      source_ip: '192.0.2.1',
      is_named: true,
      state: 'refused',
      is_alone: false,
    },
    {
      recipient_org_domain: 'd2.example',
      provider: 'hoster.net',
      source_ip: '192.0.2.1',
      is_named: true,
      state: 'accepted',
      is_alone: false,
    },
    {
      recipient_org_domain: 'd1.example',
      provider: 'hoster.net',
      source_ip: '192.0.2.1',
      is_named: true,
      state: 'accepted',
      is_alone: true,
    },
    {
      recipient_org_domain: 'd3.example',
      provider: 'd3.example',
      source_ip: '192.0.2.1',
      is_named: false,
      state: 'accepted',
      is_alone: true,
    },
  ])
  expect([0, 1, 2, 3].map((place) => outbound.text(place, 'reply_text'))).toEqual([REFUSED.reply, '', '', ''])
  // A client that we refuse is nobody's server.
  expect(rowsOf(inbound)).toMatchObject([
    { provider: 'own.example', is_named: false, source_ip: '192.0.2.1' },
  ])
  const { inbound: none } = await readAttempts(store, { from: FROM, to: AT }, ['outbound'])
  expect(none.count).toBe(0)
})

test('who has no name, or is this machine, receives for nobody', async () => {
  const hosts = ['127.0.0.1', '::1', '192.0.2.9', 'localhost']
  await fill(
    store,
    hosts.map((remote_host, i) => single(to(`d${i}.example`, i), undefined, { remote_host })),
  )
  const { outbound } = await readAttempts(store, { from: FROM, to: AT }, ['outbound'])
  expect(rowsOf(outbound).map(({ provider, is_named }) => [provider, is_named])).toEqual(
    hosts.map((_, i) => [`d${i}.example`, false]),
  )
})
