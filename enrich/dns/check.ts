import { adviceOn } from './advice.ts'
import { announcement } from './announcements.ts'
import type { Lookup } from './answer.ts'
import { type CheckReport, checkVerdict } from './check-report.ts'
import { isAligned } from './dmarc/alignment.ts'
import { reportingProblems } from './dmarc/reporting.ts'
import { recipientFacts, senderFacts } from './facts.ts'
import { sourceFacts } from './source-address.ts'
import type { Problem } from './words.ts'

/** What `faultline check` is asked. */
export interface CheckQuestion {
  domain: string
  /** The sending address; '' where none is given. */
  ip: string
  /** MAIL FROM, whose domain SPF is about; '' is an address of the domain itself. */
  mail_from: string
  helo: string
  selectors: readonly string[]
  /** Block lists to ask about the address. */
  dnsbl: readonly string[]
  /** Domains that mail is often delivered to: a mistyped one may be meant. */
  delivered: readonly string[]
}

/** Looks up all that concerns the mail of a domain. The lists are asked only for what `dnsbl` names. */
export async function checkDomain(lookup: Lookup, question: CheckQuestion): Promise<CheckReport> {
  const { domain, ip, mail_from, helo, selectors, dnsbl, delivered } = question
  const at = mail_from.lastIndexOf('@')
  const envelope = at === -1 ? domain : mail_from.slice(at + 1).toLowerCase()
  const [sender, recipient, source, mta_sts, tls_rpt, bimi] = await Promise.all([
    senderFacts(lookup, {
      sender_domain: envelope,
      source_ip: ip,
      helo,
      ...(mail_from === '' ? {} : { sender: mail_from }),
      header_from_domain: domain,
      selectors,
      all_selectors: true,
    }),
    recipientFacts(lookup, { recipient_domain: domain, remote_host: '', delivered }),
    ip === '' ? undefined : sourceFacts(lookup, ip, dnsbl),
    announcement(lookup, 'mta_sts', domain),
    announcement(lookup, 'tls_rpt', domain),
    announcement(lookup, 'bimi', domain),
  ])
  const { spf, evaluation, dkim, dmarc } = sender
  const { mx } = recipient
  if (spf === undefined || dkim === undefined || dmarc === undefined || mx === undefined)
    throw new RangeError(`${envelope} is no domain of DNS`)
  const reporting = await reportingProblems(lookup, dmarc.record_domain, [...dmarc.rua, ...dmarc.ruf])
  const failure: Problem[] =
    evaluation === undefined || evaluation.problem === '' || spf.state === 'permerror'
      ? []
      : [{ name: envelope, term: '', problem: evaluation.problem, severity: 'error' }]
  const report = {
    domain,
    checked_at: new Date().toISOString(),
    spf: {
      domain: envelope,
      ...spf,
      result: sender.spf_result,
      mechanism: evaluation?.mechanism ?? '',
      aligned: await isAligned(lookup, envelope, domain, dmarc.aspf),
      problems: [...spf.problems, ...failure],
    },
    dkim,
    dmarc: { ...dmarc, problems: [...dmarc.problems, ...reporting] },
    mx,
    mta_sts,
    tls_rpt,
    bimi,
    source,
    meant_domain: recipient.meant_domain,
  }
  const states = [spf.state, dkim.state, dmarc.state, mx.state, report.spf.result]
  return { ...report, verdict: checkVerdict(states), advice: adviceOn(report, ip) }
}
