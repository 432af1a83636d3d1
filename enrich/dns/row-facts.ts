import { isIP } from 'node:net'
import type { Lookup } from './answer.ts'
import type { FactsOf } from './fact-cache.ts'
import { isName, recipientFacts, senderFacts, type UsedAnswer } from './facts.ts'
import type { PreviousMx } from './mx-match.ts'
import { publishedByRecipient, publishedBySender } from './published.ts'
import { failed } from './words.ts'

/** What is known of domains beside DNS. */
export interface KnownOf {
  /** DKIM selectors of a domain: configured, or seen in mail. */
  selectorsOf(domain: string): readonly string[]
  /** The last MX sets that were seen, at most two, the newest first: lines of preference and host. May reject. */
  mxHistory(domain: string): Promise<readonly { answer: string; valid_from: number }[]>
}

const hostsOf = (lines: string) => lines.split('\n').map((line) => line.slice(line.indexOf(' ') + 1))

// A set of which nobody wrote down yet that it changed is the previous one as well.
async function previousMx(lookup: Lookup, known: KnownOf, domain: string): Promise<PreviousMx | undefined> {
  if (!isName(domain)) return undefined
  const [answer, [last, before]] = await Promise.all([
    lookup(domain, 'MX'),
    known.mxHistory(domain).catch(() => []),
  ])
  if (last === undefined || failed(answer)) return undefined
  if (answer.status === 'found' && [...answer.records].sort().join('\n') !== last.answer)
    return { hosts: hostsOf(last.answer), changed_at: answer.fetched_at }
  return before && { hosts: hostsOf(before.answer), changed_at: last.valid_from }
}

const isIncomplete = (answers: readonly UsedAnswer[]) => answers.some(({ answer }) => failed(answer))

/** The facts of rows over a look-up. */
export function factsOf(lookup: Lookup, known: KnownOf): FactsOf {
  return {
    async sender(sender_domain, source_ip, header_from_domain) {
      const visible = header_from_domain || sender_domain
      const selectors = known.selectorsOf(visible)
      const facts = await senderFacts(lookup, { sender_domain, source_ip, header_from_domain, selectors })
      const { dns_spf, dns_dkim, dns_dmarc, dmarc_policy, spf_result, answers } = facts
      const { fetched_at, expires_at, stale } = facts
      return {
        columns: { dns_spf, dns_dkim, dns_dmarc, dmarc_policy, spf_result },
        fetched_at,
        expires_at,
        stale,
        incomplete: isIncomplete(answers),
        published: publishedBySender(sender_domain, visible, facts),
      }
    },
    async recipient(recipient_domain, host) {
      const previous = await previousMx(lookup, known, recipient_domain)
      const [remote_host, remote_ip] = isIP(host) === 0 ? [host, ''] : ['', host]
      const facts = await recipientFacts(lookup, {
        recipient_domain,
        remote_host,
        remote_ip,
        // Only an address has to be compared with all of theirs.
        all_addresses: remote_ip !== '',
        ...(previous === undefined ? {} : { previous }),
      })
      const { dns_mx, mx_match, fetched_at, expires_at, stale, answers } = facts
      return {
        columns: { dns_mx, mx_match },
        fetched_at,
        expires_at,
        stale,
        incomplete: isIncomplete(answers),
        published: publishedByRecipient(recipient_domain, facts),
      }
    },
  }
}
