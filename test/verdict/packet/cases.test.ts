import { expect, test } from 'vitest'
import { readCases } from '../../../verdict/packet/cases.ts'
import { hostDomainOf } from '../../../verdict/window/host-domain.ts'
import { migratedStore } from '../../store/temporary-store.ts'
import { fill, single } from '../traffic.ts'

const store = await migratedStore()

const AT = Date.UTC(2026, 5, 10, 12)
const DENIED = { reason: 'policy_rejected', reply: '554 5.7.1 denied' }

test('what an unknown host refused is found by the name that a verdict gives it', async () => {
  const hosts = [
    'mx1.hoster.net',
    'MX.physics.college.k12.ca.us',
    'mx.other.k12.ca.us',
    'mx.north.ac.uk',
    'relay',
    'myhoster.net',
  ]
  const domainOf = (i: number) => `d${i}.example`
  await fill(
    store,
    hosts.map((remote_host, i) => {
      const message = { sender: 's.example', ip: '192.0.2.1', provider: '', domain: domainOf(i), at: AT + i }
      return single(message, DENIED, { remote_host, recipient: `a@${domainOf(i)}` })
    }),
  )
  for (const [i, host] of hosts.entries()) {
    const found = await readCases(store, { provider: hostDomainOf(host) }, 10)
    expect(found.map(({ recipient_org_domain }) => recipient_org_domain)).toEqual([domainOf(i)])
  }
})
