import { expect, test } from 'vitest'
import { cached } from '../../enrich/classify/cache.ts'
import { classifier } from '../../enrich/classify/classify.ts'
import { detailsOf, retryAfter, saidBy } from '../../enrich/classify/extract.ts'

const known = cached(classifier())

function said(reply_text: string, remote_host = '') {
  const { classification, hints } = known({ reply_text, remote_host })
  const all = { ...saidBy(reply_text, hints), ...detailsOf(reply_text, classification) }
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== '' && value !== 0))
}

// The wordings are those of the receivers' own pages and of their replies; names and addresses are examples.
test.each([
  [
    "550-5.7.26 Unauthenticated email from example.com is not accepted due to domain's DMARC policy. Please contact the administrator of example.com domain if this was a legitimate mail. To learn about the DMARC initiative, go to https://support.google.com/mail/?p=DmarcRejection a1-20020a05.2 - gsmtp",
    {
      auth_dmarc: 'fail',
      failed_domain: 'example.com',
      help_url: 'https://support.google.com/mail/?p=DmarcRejection',
    },
  ],
  [
    '550 5.7.26 Gmail requires all senders to authenticate with either SPF or DKIM. Authentication results: DKIM = did not pass SPF [relay3.example.com] with ip: [192.0.2.22] = did not pass',
    { auth_spf: 'fail', auth_dkim: 'fail', failed_domain: 'relay3.example.com' },
  ],
  [
    "550 5.7.515 Access denied, sending domain EXAMPLE.COM doesn't meet the required authentication level. Spf= Pass , Dkim= Fail , DMARC= Fail",
    { auth_spf: 'pass', auth_dkim: 'fail', auth_dmarc: 'fail', failed_domain: 'example.com' },
  ],
  [
    '550 5.7.509 Access denied, sending domain example.com does not pass DMARC verification and has a DMARC policy of reject.',
    { auth_dmarc: 'fail', failed_domain: 'example.com' },
  ],
  [
    '550 5.7.1 SPF MAIL FROM check failed: The domain example.org explicitly denies sending mail from it',
    { auth_spf: 'fail', failed_domain: 'example.org' },
  ],
  [
    '554 5.7.1 rejected: dkim=neutral spf=softfail dmarc=fail',
    { auth_dkim: 'neutral', auth_spf: 'softfail', auth_dmarc: 'fail' },
  ],
  [
    '554 5.7.1 Service unavailable; Client host [192.0.2.1] blocked using zen.spamhaus.org; https://www.spamhaus.org/query/ip/192.0.2.1',
    {
      listed_by: 'Spamhaus ZEN',
      listed_ip: '192.0.2.1',
      help_url: 'https://www.spamhaus.org/query/ip/192.0.2.1',
    },
  ],
  [
    "550 5.7.1 Unfortunately, messages from [192.0.2.1] weren't sent. Please contact your Internet service provider since part of their network is on our block list (S3150).",
    { listed_by: 'Microsoft', listed_ip: '192.0.2.1', policy_id: 'S3150' },
  ],
  [
    '554 5.7.1 Client host [2001:db8::9] blocked using dnsbl.corp.example',
    { listed_by: 'dnsbl.corp.example', listed_ip: '2001:db8::9' },
  ],
  [
    '554 Blocked - see https://ipcheck.proofpoint.com/?ip=192.0.2.4',
    {
      listed_by: 'Proofpoint',
      listed_ip: '192.0.2.4',
      help_url: 'https://ipcheck.proofpoint.com/?ip=192.0.2.4',
    },
  ],
  [
    '421 4.7.0 [TSS04] Messages from 192.0.2.9 temporarily deferred due to user complaints - 4.16.55.1; see https://postmaster.yahooinc.com/error-codes',
    { listed_ip: '192.0.2.9', policy_id: 'TSS04', help_url: 'https://postmaster.yahooinc.com/error-codes' },
  ],
  [
    '550 5.4.1 Recipient address rejected: Access denied. AS(201806281) [X.prod.outlook.com]',
    { policy_id: 'AS(201806281)' },
  ],
  [
    '450 4.2.0 <a@b.example>: Recipient address rejected: Greylisted, please try again in 294 seconds',
    { retry_after_s: 294 },
  ],
  ['550 5.7.1 Connection refused - ELNK_101', { policy_id: 'ELNK_101' }],
  ['421 4.2.1 Connection refused OXSUS0001_139', { policy_id: 'OXSUS0001_139' }],
  ['450 4.7.1 Service refused due to bad behavior. SFR_IN_101', { policy_id: 'SFR_IN_101' }],
  [
    '451 4.7.650 The mail server [192.0.2.1] has been temporarily rate limited due to IP reputation. (S77719)',
    { listed_ip: '192.0.2.1', policy_id: 'S77719' },
  ],
])('%s', (reply, expected) => {
  expect(said(reply)).toEqual(expected)
})

test.each([
  ['Please retry in 5 minutes', 300],
  ['retry after 300 seconds', 300],
  ['Greylisting in action, please come back in 00:04:21', 261],
  ['Retry-After: 120', 120],
  ['try again in an hour', 3600],
  ['deferred for 4 hours', 14_400],
  ['versuchen Sie es in 5 Minuten erneut', 300],
  ['veuillez réessayer dans 10 minutes', 600],
  ['too many: 500 messages per 1 hour, try again later', 0],
  ['You have exceeded 100 messages in 10 minutes. Try again later', 0],
  ['try again in 999999 days', 30 * 86_400],
  ['User unknown', 0],
])('%s: %d s', (reply, seconds) => {
  expect(retryAfter(reply)).toBe(seconds)
})
