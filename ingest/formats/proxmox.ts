import type { Correlator } from '../correlate.ts'
import { detached } from '../detached.ts'
import type { LogRecord } from '../log-record.ts'
import { CORRELATED, type Disposition, eventOf, type Format, type FormatReader, ignored } from './format.ts'

const PROGRAM = 'pmg-smtp-filter'
const ID = /^([0-9A-F]{10,40}): /
/** What a rule made of the mail for one recipient. */
const VERDICT = /^(accept mail to|block mail to|moved mail for|bcc|sent) <([^>]{0,320})>(.*)$/
const MESSAGE_ID = /^new mail message-id=<?([^>#]{0,998})/

function open(messages: Correlator): FormatReader {
  const keyOf = (record: LogRecord, id: string) => `${record.host} ${id}`

  function verdict(record: LogRecord, id: string, text: string): Disposition {
    const [, what = '', recipient = '', rest = ''] = VERDICT.exec(text) ?? []
    if (what === '') return ignored('proxmox.notice')
    const isAccepted = what.startsWith('accept')
    if (!isAccepted && !what.startsWith('block')) return ignored(`proxmox.${what.split(' ')[0]}`)
    const event = eventOf(record, 'proxmox', isAccepted ? 'delivered' : 'rejected')
    event.queue_id = id
    event.message_id = messages.get(keyOf(record, id))?.message_id ?? ''
    event.recipient = recipient
    if (!isAccepted) {
      event.direction = 'inbound'
      event.stage = 'end_of_data'
      // Postfix comes back to it, where mail is filtered before the queue: see `refusedByFilter` there.
      messages.at(keyOf(record, id)).state = 'blocked'
      event.reply_text = `blocked${rest.includes('(rule: ') ? ` ${rest.slice(rest.indexOf('(rule: '))}` : ''}`
    }
    return { kind: 'events', events: [event] }
  }

  return {
    read(record) {
      const id = ID.exec(record.message)?.[1] ?? ''
      const text = record.message.slice(id.length + 2)
      if (id === '') return ignored('proxmox.notice')
      const message_id = MESSAGE_ID.exec(text)?.[1]
      if (message_id !== undefined) {
        messages.at(keyOf(record, id)).message_id = detached(message_id)
        return CORRELATED
      }
      if (text.startsWith('processing time: ')) {
        const key = keyOf(record, id)
        if (messages.get(key)?.state !== 'blocked') messages.end(key)
        return CORRELATED
      }
      return verdict(record, id, text)
    },
  }
}

/**
 * The filter of Proxmox Mail Gateway; what its Postfix receives, refuses and delivers is read as Postfix's. `block` is a
 * refusal where mail is filtered before the queue, else the mail is thrown away: both are kept from the recipient.
 */
export const proxmox: Format = {
  name: 'proxmox',
  about: {
    title: "Proxmox Mail Gateway's filter; its Postfix is read as `postfix`",
    docs: ['https://pmg.proxmox.com/pmg-docs/pmg-admin-guide.html'],
    input: 'syslog',
    directions: ['outbound', 'inbound'],
    correlates: true,
    fills: ['log_host', 'queue_id', 'message_id', 'recipient', 'stage', 'reply_text'],
    tells: 'what the filter accepts and blocks for each recipient, with its rule',
    lacks: 'sender, client and reply, which stand in the lines of Postfix; quarantined mail is ignored',
    samples: 'published',
  },
  recognise: ({ program }) => (program === PROGRAM ? 2 : 0),
  open,
}
