import { expect, test } from 'vitest'
import { type AnnouncementKind, announcement } from '../../../enrich/dns/announcements.ts'
import { fixedLookup } from './wire-lookup.ts'

test.each<[AnnouncementKind, string[], string]>([
  ['mta_sts', ['v=STSv1; id=20260101T000000;'], 'valid'],
  ['mta_sts', ['v=STSv1; id='], 'permerror'],
  ['mta_sts', ['v=STSv1; id=1', 'v=STSv1; id=2'], 'permerror'],
  ['mta_sts', ['v=spf1 -all'], 'missing'],
  ['mta_sts', ['v=STSv10; id=1'], 'missing'],
  ['mta_sts', [], 'missing'],
  ['tls_rpt', ['v=TLSRPTv1; rua=mailto:tls@good.test'], 'valid'],
  ['tls_rpt', ['v=TLSRPTv1; rua=tls@good.test'], 'permerror'],
  ['tls_rpt', ['v=TLSRPTv1'], 'permerror'],
  ['bimi', ['v=BIMI1; l=https://good.test/logo.svg;'], 'valid'],
  ['bimi', ['v=BIMI1; l='], 'valid'],
  ['bimi', ['v=BIMI1; l=http://good.test/logo.svg'], 'permerror'],
])('%s %j is %s', async (kind, records, state) => {
  const prefix = { mta_sts: '_mta-sts', tls_rpt: '_smtp._tls', bimi: 'default._bimi' }[kind]
  const found = await announcement(fixedLookup({ [`${prefix}.a.test TXT`]: records }), kind, 'a.test')
  expect(found.state).toBe(state)
  expect(found.problems).toHaveLength(state === 'permerror' ? 1 : 0)
})
