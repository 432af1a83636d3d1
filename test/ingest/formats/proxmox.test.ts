import { expect, test } from 'vitest'
import { FORMATS } from '../../../ingest/formats/formats.ts'
import { openSamples, outcomeOf } from './samples.ts'

// After https://github.com/proxmox/pmg-log-tracker/blob/master/tests/test_input_mixed.
const ID = '381C4E5DFA31DF9E90F'
const filter = (rest: string) => `Nov 24 15:04:15 pmg pmg-smtp-filter[1565]: ${ID}: ${rest}`
const FILTERED = [
  filter('new mail message-id=<m1@litware.example>'),
  filter('block mail to <anna@northwind.example> (rule: block all)'),
  filter('processing time: 0.034 seconds (0, 0.021, 0)'),
]
const refused = (reply: string) =>
  `Nov 24 15:04:15 pmg postfix/smtpd[21842]: proxy-reject: END-OF-MESSAGE: ${reply}; from=<a@litware.example> to=<anna@northwind.example> proto=ESMTP helo=<mail.litware.example>`

function read(lines: readonly string[]) {
  const pipeline = openSamples(FORMATS)
  return outcomeOf(lines.map((line) => pipeline.read(line))).events
}

test('what the filter blocks and its Postfix refuses are one refusal by Message-ID and queue id', () => {
  const events = read([...FILTERED, refused(`554 5.7.1 Rejected for policy reasons (${ID})`)])
  const same = { recipient: 'anna@northwind.example', queue_id: ID, message_id: 'm1@litware.example' }
  expect(events).toMatchObject([
    { ...same, outcome: 'rejected', direction: 'inbound', reply_text: 'blocked (rule: block all)' },
    { ...same, outcome: 'rejected', direction: 'inbound', reply_code: 554, sender: 'a@litware.example' },
  ])
})

test('a refusal is not joined with a message that no line told of, nor with one that was told before', () => {
  const reply = `554 5.7.1 Rejected for policy reasons (${ID})`
  const [alone] = read([refused(reply)])
  const again = read([...FILTERED, refused(reply), refused(reply)])[2]
  for (const event of [alone, again]) expect(event).not.toHaveProperty('message_id')
  for (const event of [alone, again]) expect(event).not.toHaveProperty('queue_id')
})
