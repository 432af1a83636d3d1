import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Message } from 'kafkajs'
import { refusal } from './kafka-client.ts'

/** A record as shippers send it, and the events of Postfix that it gives: queue id and host. */
interface Form {
  what: string
  record: Message
  gives: readonly string[]
}

const TIME = '2026-11-03T10:00:00Z'
const PROGRAM = 'postfix/smtp'
/** What Postfix says, without what syslog puts before it. */
const message = (queueId: string) => refusal(queueId).slice(refusal(queueId).indexOf(']: ') + 3)
const mail = (name: string) => readFileSync(join(import.meta.dirname, '../fixtures/dsn', name))

/** In the order of their offsets. */
export const FORMS: readonly Form[] = [
  { what: 'a line', record: { value: refusal('B1000') }, gives: ['B1000 mx1'] },
  {
    what: 'several lines',
    record: { value: `${refusal('B2001')}\n${refusal('B2002')}\n` },
    gives: ['B2001 mx1', 'B2002 mx1'],
  },
  {
    what: 'JSON of rsyslog omkafka with a template',
    record: {
      value: JSON.stringify({
        timereported: TIME,
        hostname: 'r1',
        syslogtag: 'postfix/smtp[7]:',
        msg: ` ${message('B3000')}`,
      }),
    },
    gives: ['B3000 r1'],
  },
  {
    what: 'JSON of Vector',
    record: {
      value: JSON.stringify({ timestamp: TIME, host: 'v1', appname: PROGRAM, message: message('B4000') }),
    },
    gives: ['B4000 v1'],
  },
  {
    what: 'JSON of Fluent Bit',
    record: {
      value: JSON.stringify({
        '@timestamp': 1793700000,
        host: 'f1',
        ident: PROGRAM,
        message: message('B5000'),
      }),
    },
    gives: ['B5000 f1'],
  },
  {
    what: 'JSON of Filebeat',
    record: {
      value: JSON.stringify({ '@timestamp': TIME, host: { name: 'e1' }, message: refusal('B6000', 'e2') }),
    },
    gives: ['B6000 e2'],
  },
  {
    what: 'an array of lines and objects, whose host is the key',
    record: {
      value: JSON.stringify([
        refusal('B7001'),
        { timestamp: TIME, appname: PROGRAM, message: message('B7002') },
      ]),
      key: 'keyhost',
    },
    gives: ['B7001 mx1', 'B7002 keyhost'],
  },
  {
    what: 'JSON over several lines',
    record: {
      value: JSON.stringify(
        { timestamp: TIME, host: 'p1', appname: PROGRAM, message: message('B8000') },
        null,
        2,
      ),
    },
    gives: ['B8000 p1'],
  },
  { what: 'a mail', record: { value: mail('exim-42.eml') }, gives: [] },
  {
    what: 'a mail that a header says is one',
    record: { value: mail('postfix-08.eml'), headers: { 'content-type': 'message/rfc822' } },
    gives: [],
  },
  { what: 'a tombstone', record: { value: null }, gives: [] },
  { what: 'nothing', record: { value: '' }, gives: [] },
  {
    what: 'a line, and one that nobody knows',
    record: { value: `${refusal('B9000')}\nnobody knows this {` },
    gives: ['B9000 mx1'],
  },
  {
    what: 'a line that nobody knows, with key and headers',
    record: { value: 'nobody knows this either {', key: 'k', headers: { shipper: 'test' } },
    gives: [],
  },
  { what: 'a record beyond the limit', record: { value: `x${'y'.repeat(10 << 20)}` }, gives: [] },
]
