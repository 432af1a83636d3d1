import { expect, test } from 'vitest'
import type { History, Named } from '../../../verdict/subject.ts'
import { restOf } from '../../../verdict/waves/rest.ts'
import { nextSubjects } from '../../../verdict/waves/waves.ts'
import {
  AUTH,
  cell,
  DENIED,
  DOMAINS,
  day,
  LISTED,
  material,
  NAMED,
  ROUTING,
  UNKNOWN,
  waves,
} from './material.ts'

test('one broken sender explains its receivers, whatever each of them enforces', () => {
  const cells = DOMAINS.flatMap((domain, i) => [
    i % 3 === 0 ? cell({ domain }, 6) : cell({ domain }, 6, AUTH),
    cell({ domain, sender: 's2.example' }, 9),
  ])
  expect(waves(material(cells))).toEqual(['sender_domain s1.example'])
})

test('most of its mail to one provider does not make it the provider', () => {
  const big = { domain: 'big.example' }
  const cells = [
    cell(big, 80, AUTH),
    ...DOMAINS.slice(0, 3).map((domain) => cell({ domain }, 3, AUTH)),
    ...DOMAINS.slice(3).map((domain) => cell({ domain }, 3)),
    cell({ ...big, sender: 's2.example' }, 60),
  ]
  expect(waves(material(cells))).toEqual(['sender_domain s1.example'])
})

test('refusals of its own in the morning do not split a sender into its providers', () => {
  const cells = DOMAINS.flatMap((domain, i) => [
    cell({ domain, operator: `p${i % 3}` }, 8, AUTH),
    cell({ domain, operator: `p${i % 3}`, sender: 's2.example' }, 40),
  ])
  const own = (named: Partial<Named>, history: History) =>
    [{ ...NAMED, ...named }, history] as [Named, History]
  const histories = [
    own({ kind: 'sender_domain', sender_domain: 's1.example' }, day(200, 16)),
    own({ sender_domain: 's1.example', operator: 'p0' }, day(100, 0)),
    own({ sender_domain: 's1.example', operator: 'p1' }, day(60, 16)),
  ]
  expect(waves(material(cells, histories))).toEqual(['sender_domain s1.example'])
})

test('hosts that did not answer in the morning do not hide that authentication fails now', () => {
  const cells = DOMAINS.flatMap((domain, i) => [
    cell({ domain }, 4),
    ...(i % 2 === 0 ? [cell({ domain }, 2, AUTH)] : []),
    cell({ domain, sender: 's2.example' }, 9),
  ])
  const morning = (blamed: number): [Named, History][] => [
    [
      { ...NAMED, kind: 'sender_domain', sender_domain: 's1.example' },
      { ...day(600, 72), blamed },
    ],
  ]
  expect(waves(material(cells, morning(2)))).toEqual(['sender_domain s1.example'])
  expect(waves(material(cells, morning(72)))).toEqual([])
})

test('nine of nine refused, of three senders by nine receivers, are everyone', () => {
  const cells = DOMAINS.slice(0, 9).map((domain, i) =>
    cell({ domain, sender: `s${i % 3}.example` }, 1, { side: 'transport', reason: 'network_error' }),
  )
  expect(waves(material(cells))).toEqual(['all all'])
})

test('hosts that never answered anybody are dead, whoever writes to them', () => {
  const asked = DOMAINS.map((domain, i) =>
    cell({ domain, sender: `s${i % 3}.example` }, 3, { side: 'transport', reason: 'network_error' }),
  )
  const taken = DOMAINS.map((_, i) => cell({ domain: '', sender: `s${i % 3}.example` }, 20))
  const before = (messages: number, refused: number): [Named, History][] =>
    DOMAINS.map((domain) => [
      { ...NAMED, kind: 'recipient_domain', recipient_org_domain: domain },
      day(messages, refused),
    ])
  expect(waves(material([...asked, ...taken], before(5, 5)))).toEqual([])
  expect(waves(material([...asked, ...taken], before(5, 0)))).toEqual(['all all'])
})

test('an address that is refused is told where its sender is accepted from others', () => {
  const from = (ip: string, fate?: Parameters<typeof cell>[2]) =>
    DOMAINS.map((domain) => cell({ domain, ip }, 4, fate))
  const [one, two] = ['192.0.2.1', '192.0.2.2']
  expect(waves(material([...from(one, LISTED), ...from(two)]))).toEqual(['source_ip 192.0.2.1'])
  expect(waves(material([...from(one, LISTED), ...from(two, LISTED)]))).toEqual(['sender_domain s1.example'])
})

test('few receivers ask the list that has our addresses: it is the platform still', () => {
  const rest = Array.from({ length: 8 }, (_, i) => cell({ domain: '', sender: `s${i}.example` }, 60))
  const listed = (fate: Parameters<typeof cell>[2]) =>
    DOMAINS.flatMap((domain, i) =>
      [0, 3, 5].map((other) => cell({ domain, sender: `s${(i + other) % 8}.example` }, 1, fate)),
    )
  expect(waves(material([...rest, ...listed(LISTED)]))).toEqual(['all all'])
  // Of who does not answer we ask more: dead hosts are many.
  expect(waves(material([...rest, ...listed({ side: 'transport', reason: 'network_error' })]))).toEqual([])
})

test('one domain that refuses everyone is the domain, also where there is one sender', () => {
  const rest = DOMAINS.map((domain) => cell({ domain }, 20))
  expect(waves(material([...rest, cell({ domain: 'shut.example' }, 9, DENIED)]))).toEqual([
    'recipient_domain shut.example',
  ])
})

test('with one sender, two troubles are told apart by their words', () => {
  const cells = [
    ...DOMAINS.map((domain, i) => cell({ domain }, 8, i % 2 === 0 ? AUTH : undefined)),
    cell({ domain: 'shut.example' }, 8, ROUTING),
  ]
  expect(waves(material(cells))).toEqual(['sender_domain s1.example', 'recipient_domain shut.example'])
})

test('many recipients of one message are one observation', () => {
  const rest = DOMAINS.map((domain) => cell({ domain }, 20))
  const one = { ...cell({ domain: 'odd.example' }, 6, DENIED), transactions: 1 }
  expect(waves(material([...rest, one]))).toEqual([])
})

test('what a receiver always thought of one sender is no news, where it takes the others', () => {
  const odd = { domain: 'odd.example' }
  const rest = [...DOMAINS.map((domain) => cell({ domain }, 20)), cell({ ...odd, sender: 's2.example' }, 30)]
  const cells = [...rest, cell(odd, 12, DENIED)]
  expect(waves(material(cells))).toEqual([])
  const pair = { ...NAMED, sender_domain: 's1.example', recipient_org_domain: 'odd.example' }
  expect(waves(material(cells, [[pair, day(20, 0)]]))).toEqual(['recipient_domain odd.example'])
})

test('the history of one sender at one domain is asked for only where a wave turns on it', () => {
  const unread = (cells: ReturnType<typeof cell>[]) => {
    const of = material(cells)
    return nextSubjects(restOf({ ...of, usual: { ...of.usual, knows_pairs: false } }), new Set())
  }
  const odd = { domain: 'odd.example' }
  const rest = [...DOMAINS.map((domain) => cell({ domain }, 20)), cell({ ...odd, sender: 's2.example' }, 30)]
  expect(unread([...rest, cell(odd, 12, DENIED)])).toBeUndefined()
  expect(unread([...rest, cell(odd, 2, DENIED)])).toEqual([])
  const broken = DOMAINS.map((domain) => cell({ domain }, 12, AUTH))
  expect(unread([...rest, ...broken])).toMatchObject([{ kind: 'sender_domain' }])
})

test('unknown recipients of a list that is stale everywhere lose no directory', () => {
  const lost = (elsewhere: number) => [
    cell({ domain: 'lost.example' }, 7, UNKNOWN),
    ...DOMAINS.flatMap((domain) => [cell({ domain }, 10 - elsewhere), cell({ domain }, elsewhere, UNKNOWN)]),
  ]
  const took = { ...NAMED, kind: 'recipient_domain', recipient_org_domain: 'lost.example' } as const
  expect(waves(material(lost(0), [[took, day(50, 0)]]))).toEqual(['recipient_domain lost.example'])
  expect(waves(material(lost(6), [[took, day(50, 0)]]))).toEqual([])
})

test('at a gateway, a refused stranger is no news and a refused friend is', () => {
  const strangers = Array.from({ length: 60 }, (_, i) =>
    cell({ sender: `bot${i}.example`, domain: 'ours.example', operator: '' }, 1, DENIED),
  )
  const friend = { sender: 'friend.example', domain: 'ours.example', operator: '' }
  const others = Array.from({ length: 20 }, (_, i) =>
    cell({ sender: `ok${i}.example`, domain: 'ours.example', operator: '' }, 3),
  )
  const history: [Named, History][] = [
    [{ ...NAMED, kind: 'sender_domain', sender_domain: 'friend.example' }, day(40, 0)],
  ]
  const busy = { ...material([], history, 'inbound').usual, fleet: day(1000, 500) }
  const inbound = (cells: ReturnType<typeof cell>[]) => ({
    ...material(cells, history, 'inbound'),
    usual: busy,
  })
  expect(waves(inbound([...strangers, ...others, cell(friend, 8)]))).toEqual([])
  expect(waves(inbound([...strangers, ...others, cell(friend, 8, AUTH)]))).toEqual([
    'sender_domain friend.example',
  ])
})

const SENDERS = ['s1.example', 's2.example', 's3.example', 's4.example', 's5.example']
const toAll = (domains: readonly string[]) =>
  SENDERS.flatMap((sender) => domains.map((domain) => cell({ sender, domain }, 6)))

test('a provider that has two domains, and refuses us at both, is the provider', () => {
  const listed = (of: number) =>
    SENDERS.flatMap((sender) =>
      DOMAINS.slice(0, of).map((domain, i) =>
        i < 2
          ? cell({ sender, domain, operator: 'isp' }, 5, LISTED)
          : cell({ sender, domain, operator: 'isp' }, 5),
      ),
    )
  expect(waves(material([...listed(2), ...toAll(DOMAINS.slice(6))]))).toEqual(['provider isp'])
  // Two of six are two customers.
  expect(waves(material([...listed(6), ...toAll(DOMAINS.slice(6))]))).toEqual([
    'recipient_domain d0.example',
    'recipient_domain d1.example',
  ])
})

test('a provider that has lost the directories of half of its customers is told, whatever its words', () => {
  const EDGE = { side: 'recipient_routing', reason: 'recipient_edge_denied' }
  for (const fate of [EDGE, UNKNOWN]) {
    const cells = SENDERS.flatMap((sender) =>
      DOMAINS.flatMap((domain, i) => [
        cell({ sender, domain, operator: 'host' }, 2, i % 2 === 0 ? fate : undefined),
        cell({ sender, domain: `${i}.far.example` }, 6),
      ]),
    )
    const history: [Named, History][] = [[{ ...NAMED, kind: 'operator', operator: 'host' }, day(2000, 10)]]
    expect(waves(material(cells, history))[0]).toBe('provider host')
  }
})

test('one address that a provider refuses at both its domains is told as the provider', () => {
  const ips = ['192.0.2.1', '192.0.2.2', '192.0.2.3', '192.0.2.4']
  const cells = ips.flatMap((ip, i) =>
    SENDERS.flatMap((sender) => [
      ...DOMAINS.slice(0, 2).map((domain) =>
        cell({ sender, domain, operator: 'isp', ip }, 4, i === 0 ? LISTED : undefined),
      ),
      ...DOMAINS.slice(6).map((domain) => cell({ sender, domain, ip }, 4)),
    ]),
  )
  expect(waves(material(cells))).toEqual(['provider isp'])
})

test('one provider that refuses all and one sender that others refuse are not everyone', () => {
  const cells = SENDERS.flatMap((sender, i) => [
    ...DOMAINS.slice(0, 3).map((domain) => cell({ sender, domain, operator: 'isp' }, 8, LISTED)),
    ...DOMAINS.slice(3).map((domain) =>
      i === 0 ? cell({ sender, domain }, 3, AUTH) : cell({ sender, domain }, 6),
    ),
  ])
  expect(waves(material(cells))).toEqual(['provider isp', 'sender_domain s1.example'])
})

test('a part of a directory is lost where it was known before', () => {
  const cells = [
    ...SENDERS.flatMap((sender) => [
      cell({ sender, domain: 'half.example' }, 2, UNKNOWN),
      cell({ sender, domain: 'half.example' }, 2),
    ]),
    ...toAll(DOMAINS),
  ]
  const known = (mailbox: number): [Named, History][] => [
    [
      { ...NAMED, kind: 'recipient_domain', recipient_org_domain: 'half.example' },
      { ...day(300, 0), accepted: 300 - mailbox, mailbox },
    ],
  ]
  expect(waves(material(cells, known(3)))).toEqual(['recipient_domain half.example'])
  expect(waves(material(cells, known(80)))).toEqual([])
  // One sender's old list.
  const list = [
    cell({ domain: 'half.example' }, 30, UNKNOWN),
    ...SENDERS.map((sender) => cell({ sender, domain: 'half.example' }, 6)),
    cell({ sender: 's2.example', domain: 'half.example' }, 2, UNKNOWN),
    ...toAll(DOMAINS),
  ]
  expect(waves(material(list, known(3)))).toEqual([])
})

test('at a gateway, domains that it never took mail for are those of strangers who would relay', () => {
  const relay = [cell({ sender: 'bot.example', domain: 'far.example' }, 600, ROUTING)]
  const friends = DOMAINS.map((domain) => cell({ sender: 'friend.example', domain }, 6))
  expect(waves(material([...relay, ...friends], [], 'inbound'))).toEqual([])
})

test('who tries names at a domain of ours has not lost its directory', () => {
  const own = 'own.example'
  const friends = [0, 1, 2, 3].map((i) => `friend${i}.example`)
  const histories: [Named, History][] = [
    [
      { ...NAMED, kind: 'recipient_domain', recipient_org_domain: own },
      { ...day(100, 50), accepted: 50 },
    ],
    ...friends.map((sender): [Named, History] => [
      { ...NAMED, kind: 'sender_domain', sender_domain: sender },
      day(20, 0),
    ]),
  ]
  const strangers = DOMAINS.map((sender) => cell({ domain: own, sender }, 30, UNKNOWN))
  const refused = (senders: string[]) => [
    ...strangers,
    ...senders.map((sender) => cell({ domain: own, sender }, 9, UNKNOWN)),
  ]
  // The name of one friend is forged, and nobody else writes; then the mail of all is refused.
  expect(waves(material(refused(friends.slice(0, 1)), histories, 'inbound'))).toEqual([])
  expect(waves(material(refused(friends), histories, 'inbound'))).toEqual(['recipient_domain own.example'])
})

test('a provider that takes no bounces of ours takes our mail', () => {
  const operator = 'p.example'
  const cells = (sender: string) =>
    DOMAINS.flatMap((domain) => [
      cell({ domain, operator, sender }, 2, LISTED),
      cell({ domain, operator, sender: 's2.example' }, 3),
      cell({ domain: '', sender: 's3.example' }, 20),
    ])
  expect(waves(material(cells('')))).toEqual([])
  const one = cells('s1.example')
  expect(waves(material([...one, cell({ domain: '', sender: 's1.example' }, 40)]))).toEqual([
    'provider p.example',
  ])
})
