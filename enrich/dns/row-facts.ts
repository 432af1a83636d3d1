import { isIP } from 'node:net'
import type { Published } from '../../schemas/dns-snapshots.ts'
import type { Lookup, RecordType } from './answer.ts'
import type { FactsOf } from './attach.ts'
import { isName, type RecipientFacts, recipientFacts, type SenderFacts, senderFacts } from './facts.ts'
import type { PreviousMx } from './mx-match.ts'
import { failed } from './words.ts'

/** What is known of domains beside DNS. */
export interface KnownOf {
  /** DKIM selectors by sender domain. */
  selectors: ReadonlyMap<string, readonly string[]>
  /** The last MX sets that were seen, at most two, the newest first: lines of preference and host. May reject. */
  mxHistory(domain: string): Promise<readonly { answer: string; valid_from: number }[]>
}

type Answers = SenderFacts['answers']

// What DNS did not tell closes no row of the history, and what a cache gave too late opens none.
function published(
  answers: Answers,
  of: Pick<Published, 'domain' | 'type' | 'state'> & { lines: readonly string[] },
  names: readonly string[],
  recordType: RecordType,
): Published[] {
  const { domain, type, state, lines } = of
  const used = answers.filter(({ name, type }) => type === recordType && names.includes(name))
  if (state === 'unknown' || state === 'temperror' || used.length === 0) return []
  if (used.some(({ answer }) => answer.stale || failed(answer))) return []
  return [
    {
      domain,
      type,
      state,
      answer: [...lines].sort().join('\n'),
      ttl_s: Math.min(...used.map(({ answer }) => answer.ttl_s)),
      fetched_at: Math.max(...used.map(({ answer }) => answer.fetched_at)),
    },
  ]
}

function ofSender(domain: string, { spf, dkim, dmarc, answers }: SenderFacts): Published[] {
  const keys = dkim?.selectors.filter(({ record }) => record !== '') ?? []
  const dmarcName = `_dmarc.${dmarc?.record_domain || domain}`
  return [
    ...(spf === undefined
      ? []
      : published(answers, { domain, type: 'spf', state: spf.state, lines: [spf.record] }, [domain], 'TXT')),
    ...(dkim === undefined
      ? []
      : published(
          answers,
          {
            domain,
            type: 'dkim',
            state: dkim.state,
            lines: keys.map(({ selector, record }) => `${selector} ${record}`),
          },
          [
            `_domainkey.${domain}`,
            ...dkim.selectors.map(({ selector }) => `${selector}._domainkey.${domain}`),
          ],
          'TXT',
        )),
    ...(dmarc === undefined
      ? []
      : published(
          answers,
          { domain, type: 'dmarc', state: dmarc.state, lines: [dmarc.record] },
          [dmarcName],
          'TXT',
        )),
  ]
}

function ofRecipient(domain: string, { mx, answers }: RecipientFacts): Published[] {
  if (mx === undefined) return []
  const lines = mx.hosts.map(({ preference, host }) => `${preference} ${host}`)
  const state = mx.state
  return published(
    answers,
    { domain, type: 'mx', state, lines: state === 'nullmx' ? ['0 .'] : lines },
    [domain],
    'MX',
  )
}

// A set of which nobody wrote down yet that it changed is the previous one as well.
async function previousMx(
  lookup: Lookup,
  mxHistory: KnownOf['mxHistory'],
  domain: string,
): Promise<PreviousMx | undefined> {
  if (!isName(domain)) return undefined
  const [answer, [last, before]] = await Promise.all([
    lookup(domain, 'MX'),
    mxHistory(domain).catch(() => []),
  ])
  if (last === undefined || failed(answer)) return undefined
  const hostsOf = (lines: string) => lines.split('\n').map((line) => line.slice(line.indexOf(' ') + 1))
  if (answer.status === 'found' && [...answer.records].sort().join('\n') !== last.answer)
    return { hosts: hostsOf(last.answer), changed_at: answer.fetched_at }
  return before && { hosts: hostsOf(before.answer), changed_at: last.valid_from }
}

const isIncomplete = (answers: Answers) => answers.some(({ answer }) => failed(answer))

/** The facts of rows over a look-up. */
export function factsOf(lookup: Lookup, { selectors, mxHistory }: KnownOf): FactsOf {
  return {
    async sender(sender_domain, source_ip) {
      const known = selectors.get(sender_domain) ?? []
      const facts = await senderFacts(lookup, { sender_domain, source_ip, selectors: known })
      const { dns_spf, dns_dkim, dns_dmarc, dmarc_policy, spf_result, answers } = facts
      const { fetched_at, expires_at, stale } = facts
      return {
        columns: { dns_spf, dns_dkim, dns_dmarc, dmarc_policy, spf_result },
        fetched_at,
        expires_at,
        stale,
        incomplete: isIncomplete(answers),
        published: ofSender(sender_domain, facts),
      }
    },
    async recipient(recipient_domain, host) {
      const previous = await previousMx(lookup, mxHistory, recipient_domain)
      const facts = await recipientFacts(lookup, {
        recipient_domain,
        remote_host: isIP(host) === 0 ? host : '',
        remote_ip: isIP(host) === 0 ? '' : host,
        ...(previous === undefined ? {} : { previous }),
      })
      const { dns_mx, mx_match, fetched_at, expires_at, stale, answers } = facts
      return {
        columns: { dns_mx, mx_match },
        fetched_at,
        expires_at,
        stale,
        incomplete: isIncomplete(answers),
        published: ofRecipient(recipient_domain, facts),
      }
    },
  }
}
