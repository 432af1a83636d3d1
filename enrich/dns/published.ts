import type { Published } from '../../schemas/dns-snapshots.ts'
import type { RecordType } from './answer.ts'
import type { RecipientFacts, SenderFacts, UsedAnswer } from './facts.ts'
import { failed } from './words.ts'

type Said = Pick<Published, 'domain' | 'type' | 'state'> & { lines: readonly string[] }

// What DNS did not tell closes no row of the history, and what a cache gave too late opens none.
function published(
  said: Said,
  answers: readonly UsedAnswer[],
  type: RecordType,
  names: string[],
): Published[] {
  const used = answers.filter((answer) => answer.type === type && names.includes(answer.name))
  if (said.state === 'unknown' || said.state === 'temperror' || used.length === 0) return []
  if (used.some(({ answer }) => answer.stale || failed(answer))) return []
  const { lines, ...rest } = said
  return [
    {
      ...rest,
      answer: [...lines].sort().join('\n'),
      ttl_s: Math.min(...used.map(({ answer }) => answer.ttl_s)),
      fetched_at: Math.max(...used.map(({ answer }) => answer.fetched_at)),
    },
  ]
}

/** What is published by a sender: SPF by the envelope's domain, DKIM and DMARC by the visible From's. */
export function publishedBySender(envelope: string, visible: string, facts: SenderFacts): Published[] {
  const { spf, dkim, dmarc, answers } = facts
  const found: Published[] = []
  if (spf !== undefined) {
    const said: Said = { domain: envelope, type: 'spf', state: spf.state, lines: [spf.record] }
    found.push(...published(said, answers, 'TXT', [envelope]))
  }
  if (dkim !== undefined) {
    const keys = dkim.selectors.filter(({ record }) => record !== '')
    const lines = keys.map(({ selector, record }) => `${selector} ${record}`)
    const root = `_domainkey.${visible}`
    const names = dkim.selectors.map(({ selector }) => `${selector}.${root}`)
    found.push(
      ...published({ domain: visible, type: 'dkim', state: dkim.state, lines }, answers, 'TXT', [
        root,
        ...names,
      ]),
    )
  }
  if (dmarc !== undefined) {
    const said: Said = { domain: visible, type: 'dmarc', state: dmarc.state, lines: [dmarc.record] }
    found.push(...published(said, answers, 'TXT', [`_dmarc.${dmarc.record_domain || visible}`]))
  }
  return found
}

/** What is published by a recipient domain: its MX set. */
export function publishedByRecipient(domain: string, { mx, answers }: RecipientFacts): Published[] {
  if (mx === undefined) return []
  const hosts = mx.hosts.map(({ preference, host }) => `${preference} ${host}`)
  const lines = mx.state === 'nullmx' ? ['0 .'] : hosts
  return published({ domain, type: 'mx', state: mx.state, lines }, answers, 'MX', [domain])
}
