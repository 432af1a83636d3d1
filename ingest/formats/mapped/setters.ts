import type { Direction, LoggedEvent, Stage } from '../../../schemas/event.ts'
import type { MappedColumn } from '../../../schemas/mapping.ts'
import { MAX_HOST } from '../../envelopes/header.ts'
import { host } from '../dsn/fields.ts'
import { replyCode } from '../reply.ts'
import { addressOf, authResultOf, domainOf, enhancedCodeOf, ipOf, messageIdOf, replyOf } from './values.ts'

/** As nearly all name a server, for which `host` would find the same. A letter at its end: it is no address. */
const PLAIN_HOST = /^[A-Za-z0-9._-]{0,254}[A-Za-z]$/

/** A server as logs name it: `mx.example`, `mx.example. (192.0.2.1)`, `dns; mx.example`, an address alone, or `none`. */
function setRemoteHost(event: LoggedEvent, text: string): void {
  if (text === 'none') return
  if (PLAIN_HOST.test(text)) {
    event.remote_host = text
    return
  }
  const remote = host(text)
  event.remote_host = remote.remote_host
  event.remote_ip ||= remote.remote_ip
}

/**
 * How each column takes a text that is not empty. Each names its property itself: one that is known only at run time
 * costs V8 a look-up in every event. Direction and stage get words of the mapping alone, which were checked when it was
 * loaded.
 */
export const SETTERS: Record<
  Exclude<MappedColumn, 'event_time'>,
  (event: LoggedEvent, text: string) => void
> = {
  log_host: (event, text) => {
    event.log_host = text.slice(0, MAX_HOST)
  },
  direction: (event, text) => {
    event.direction = text as Direction
  },
  queue_id: (event, text) => {
    event.queue_id = text
  },
  message_id: (event, text) => {
    event.message_id = messageIdOf(text)
  },
  sender: (event, text) => {
    event.sender = addressOf(text)
  },
  header_from_domain: (event, text) => {
    event.header_from_domain = domainOf(text)
  },
  dkim_domain: (event, text) => {
    event.dkim_domain = text.toLowerCase()
  },
  dkim_selector: (event, text) => {
    event.dkim_selector = text
  },
  recipient: (event, text) => {
    event.recipient = addressOf(text)
  },
  original_recipient: (event, text) => {
    event.original_recipient = addressOf(text)
  },
  remote_host: setRemoteHost,
  remote_ip: (event, text) => {
    event.remote_ip = ipOf(text)
  },
  source_ip: (event, text) => {
    event.source_ip = ipOf(text)
  },
  stage: (event, text) => {
    event.stage = text as Stage
  },
  reply_code: (event, text) => {
    event.reply_code = replyCode(text.trim())
  },
  enhanced_code: (event, text) => {
    event.enhanced_code = enhancedCodeOf(text)
  },
  reply_text: (event, text) => {
    event.reply_text = replyOf(text)
  },
  auth_spf: (event, text) => {
    event.auth_spf = authResultOf(text)
  },
  auth_dkim: (event, text) => {
    event.auth_dkim = authResultOf(text)
  },
  auth_dmarc: (event, text) => {
    event.auth_dmarc = authResultOf(text)
  },
}
