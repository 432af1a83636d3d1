import { expect, test } from 'vitest'
import { judge } from '../../enrich/judge.ts'
import { emptyEvent } from '../../schemas/delivery-events.ts'

const judged = (event: Partial<ReturnType<typeof emptyEvent>>) => judge({ ...emptyEvent(), ...event })

test('a refusal gets its classification and what else its words say', () => {
  expect(
    judged({
      outcome: 'bounced',
      sender: 'a@s.example',
      recipient: 'b@mail.r.example',
      remote_host: 'aspmx.l.google.com',
      reply_text:
        "550-5.7.26 Unauthenticated email from s.example is not accepted due to domain's DMARC policy. - gsmtp",
    }),
  ).toMatchObject({
    sender_domain: 's.example',
    recipient_domain: 'mail.r.example',
    recipient_org_domain: 'r.example',
    provider: 'google-workspace',
    reason: 'dmarc_failed',
    auth_dmarc: 'fail',
    auth_spf: '',
    listed_by: '',
    retry_after_s: 0,
  })
  const listed = '554 5.7.1 Client host [192.0.2.1] blocked using'
  expect(judged({ outcome: 'bounced', reply_text: `${listed} zen.spamhaus.org` }).listed_by).toBe(
    'Spamhaus ZEN',
  )
  expect(judged({ outcome: 'bounced', reply_text: `${listed} rbl.a.example` }).listed_by).toBe(
    'rbl.a.example',
  )
  expect(judged({ outcome: 'bounced', reply_text: `${listed} rbl.b.example` }).listed_by).toBe(
    'rbl.b.example',
  )
})

test('replies of one fingerprint keep their own delays', () => {
  const [first, second] = [60, 300].map((seconds) =>
    judged({ outcome: 'deferred', reply_text: `450 4.2.0 Greylisted, try again in ${seconds} seconds` }),
  )
  expect(first?.reply_fingerprint).toBe(second?.reply_fingerprint)
  expect([first?.retry_after_s, second?.retry_after_s]).toEqual([60, 300])
})

test('a result that the log tells goes before the one in the reply', () => {
  const reply_text = '550 5.7.1 rejected: dkim=fail spf=softfail dmarc=fail'
  expect(judged({ outcome: 'bounced', reply_text, auth_spf: 'pass' })).toMatchObject({
    auth_spf: 'pass',
    auth_dkim: 'fail',
    auth_dmarc: 'fail',
  })
})

test('what was delivered is not classified', () => {
  expect(
    judged({ outcome: 'delivered', remote_host: 'mx1.mimecast.com', reply_text: '250 ok' }),
  ).toMatchObject({
    provider: 'mimecast',
    reason: '',
    reply_fingerprint: 0n,
  })
})
