import type { Advice, CheckReport } from './check-report.ts'
import type { Problem } from './words.ts'

type Judged = Omit<CheckReport, 'verdict' | 'advice'>

/** A problem with its place: the name, and the term where one is at fault. */
export function problemText({ name, term, problem }: Problem): string {
  return term === '' ? `${name}: ${problem}` : `${name}: ${term} ${problem}`
}

function onSpf({ spf }: Judged, ip: string): Advice[] {
  const advice: Advice[] = []
  const tell = (text: string, severity: Problem['severity'] = 'error') =>
    advice.push({ about: 'spf', severity, text })
  const { domain, result, state } = spf
  if (state === 'missing')
    tell(`${domain}: publish one TXT record "v=spf1 ... -all" that names every address that sends for it`)
  if (spf.problems.some(({ problem }) => problem.includes('look-ups in the whole tree')))
    tell(
      `${domain}: drop includes of services that no longer send, and replace a and mx by ip4 and ip6; each of these costs one look-up: ${spf.domains.slice(1, 12).join(', ')}`,
    )
  if (state === 'valid' && (result === 'fail' || result === 'softfail' || result === 'neutral'))
    tell(
      `${domain}: ${ip} is not named by the record (${result} by ${spf.mechanism || 'its end'}): add it if it may send, or send by an address that is named`,
    )
  if (spf.aligned === false)
    tell(
      'the envelope domain is not aligned with the visible From: SPF cannot make DMARC pass here, an aligned DKIM signature can',
      'note',
    )
  return advice
}

function onDkim({ dkim, domain }: Judged): Advice[] {
  if (dkim.state === 'unknown')
    return [
      {
        about: 'dkim',
        severity: 'note',
        text: `${domain}: no selector is known; --selector takes the s= of a DKIM-Signature that the domain sends`,
      },
    ]
  if (dkim.state !== 'missing' && dkim.state !== 'revoked') return []
  const text = `${domain}: no key that works is published: publish the signer's public key at SELECTOR._domainkey.${domain}`
  return [{ about: 'dkim', severity: 'error', text }]
}

function onDmarc({ dmarc, domain }: Judged): Advice[] {
  const advice: Advice[] = []
  const { rfc7489, policy, org_domain, differs } = dmarc
  if (dmarc.state === 'missing')
    advice.push({
      about: 'dmarc',
      severity: 'error',
      text: `_dmarc.${domain}: no record; publish "v=DMARC1; p=none; rua=mailto:..." to be told who sends in the domain's name, and raise the policy when its own mail passes`,
    })
  if (differs)
    advice.push({
      about: 'dmarc',
      severity: 'note',
      text: `receivers differ: by RFC 9989 ${policy || 'no policy'} (organisation ${org_domain}), by RFC 7489 ${rfc7489.policy || 'no policy'} (organisation ${rfc7489.org_domain})`,
    })
  if (policy === 'quarantine' || policy === 'reject')
    advice.push({
      about: 'dmarc',
      severity: 'note',
      text: `p=${policy} protects the domain: where its own mail fails, mend SPF, DKIM or their alignment, and leave the policy as it is`,
    })
  return advice
}

function onMx({ mx, meant_domain, domain }: Judged): Advice[] {
  const advice: Advice[] = []
  if (meant_domain !== '')
    advice.push({
      about: 'mx',
      severity: 'error',
      text: `${domain} ${mx.state === 'temperror' ? 'does not answer' : 'takes no mail'}; was ${meant_domain} meant?`,
    })
  if (mx.state === 'nullmx')
    advice.push({
      about: 'mx',
      severity: 'note',
      text: `${domain}: bounces and answers cannot reach it, so some receivers refuse it as a sender (550 5.7.27, RFC 7505)`,
    })
  if (mx.mixed)
    advice.push({
      about: 'mx',
      severity: 'note',
      text: `${domain}: MX hosts of more than one provider; is a migration not finished?`,
    })
  return advice
}

// The worst first, in the order of the parts.
const ORDER: Record<Problem['severity'], number> = { error: 0, temporary: 1, note: 2 }

/** What is wrong and what to do about it. It never asks for a weaker DMARC policy: that only hides a failure. */
export function adviceOn(report: Judged, ip: string): Advice[] {
  const parts = ['spf', 'dkim', 'dmarc', 'mx', 'mta_sts', 'tls_rpt', 'bimi', 'source'] as const
  const problems = parts.flatMap((about) =>
    (report[about]?.problems ?? []).map(
      (problem): Advice => ({ about, severity: problem.severity, text: problemText(problem) }),
    ),
  )
  // Who does not exist has nothing to publish.
  const gone = report.mx.state === 'nxdomain'
  const sending = gone ? [] : [...onSpf(report, ip), ...onDkim(report), ...onDmarc(report)]
  const all = [...problems, ...sending, ...onMx(report)]
  return all.sort(
    (a, b) => ORDER[a.severity] - ORDER[b.severity] || parts.indexOf(a.about) - parts.indexOf(b.about),
  )
}
