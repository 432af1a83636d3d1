import { createHmac } from 'node:crypto'
import { postJson } from './http.ts'
import type { Message } from './message.ts'

/** A webhook with its secrets read. */
export interface Webhook {
  url: string
  secret?: string
  authorization?: string
}

const PREFIX = 'whsec_'
const keyOf = (secret: string) =>
  secret.startsWith(PREFIX) ? Buffer.from(secret.slice(PREFIX.length), 'base64') : Buffer.from(secret, 'utf8')

/** Signature over id, time (seconds since 1970) and body, as Standard Webhooks has it (www.standardwebhooks.com). */
export function signature(secret: string, id: string, timestamp: number, body: string): string {
  const mac = createHmac('sha256', keyOf(secret)).update(`${id}.${timestamp}.${body}`).digest('base64')
  return `v1,${mac}`
}

/** Posts a message as JSON: what happened, the incident, and the text for people. Throws a DeliveryError. */
export async function sendWebhook(
  { url, secret, authorization }: Webhook,
  message: Message,
  now: number,
): Promise<void> {
  const { id, notice, incident, title, text } = message
  const body = JSON.stringify({ version: 1, id, notice, title, text, incident })
  const timestamp = Math.floor(now / 1000)
  await postJson(url, body, {
    'webhook-id': id,
    'webhook-timestamp': String(timestamp),
    ...(secret === undefined ? {} : { 'webhook-signature': signature(secret, id, timestamp, body) }),
    ...(authorization === undefined ? {} : { Authorization: authorization }),
  })
}

/** Posts a message to a Slack-compatible webhook. Links in it are not unfolded. Throws a DeliveryError. */
export async function sendSlack(url: string, { slack }: Message): Promise<void> {
  await postJson(url, JSON.stringify({ text: slack, unfurl_links: false, unfurl_media: false }))
}
