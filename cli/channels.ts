import { statSync } from 'node:fs'
import type { Config, NotifyChannel, SecretSource } from '../schemas/config.ts'
import { sendAlerts } from '../verdict/notify/alertmanager.ts'
import { wordsOf } from '../verdict/notify/message.ts'
import type { Channel } from '../verdict/notify/notifier.ts'
import { sendMail } from '../verdict/notify/smtp.ts'
import { readTemplates, type Templates, unknownPlaces } from '../verdict/notify/template.ts'
import { testIncident } from '../verdict/notify/test-incident.ts'
import { sendSlack, sendWebhook } from '../verdict/notify/webhook.ts'
import { readGiven } from './arguments/given-file.ts'
import { UsageError } from './arguments/usage-error.ts'

/** Reads a secret. Throws a UsageError that says where it should be, and never what it is. */
export function readSecret(setting: string, source: SecretSource, environment: NodeJS.ProcessEnv): string {
  if ('env' in source) {
    const value = environment[source.env]
    if (value) return value
    throw new UsageError(`${setting}: the environment has no ${source.env}`)
  }
  const value = readGiven(source.file, `${setting}: cannot read the secret: `).toString().trimEnd()
  if (value !== '') return value
  throw new UsageError(`${setting}: ${source.file} is empty`)
}

function httpAddress(setting: string, text: string): string {
  const url = URL.parse(text)
  if (url !== null && /^https?:$/.test(url.protocol)) return text
  throw new UsageError(`${setting}: the secret is no http:// or https:// address`)
}

/** Makes a channel of its settings. Alerts are sent again each minute and held for `hold_ms`. */
function channelOf(
  settings: NotifyChannel,
  hold_ms: number,
  page_url: string | undefined,
  environment: NodeJS.ProcessEnv,
): Channel {
  const { name, verdicts, min_confidence, per_hour } = settings
  const at = (setting: string) => `notify.channels ${name}: ${setting}`
  const optional = (setting: string, source: SecretSource | undefined) =>
    source === undefined ? undefined : readSecret(at(setting), source, environment)
  const address = (source: string | SecretSource) =>
    typeof source === 'string' ? source : httpAddress(at('url'), readSecret(at('url'), source, environment))
  const given = <Value>(key: string, value: Value | undefined) =>
    value === undefined ? {} : { [key]: value }
  const filter = { name, verdicts, min_confidence, per_hour }
  switch (settings.type) {
    case 'webhook': {
      const webhook = {
        url: address(settings.url),
        ...given('secret', optional('secret', settings.secret)),
        ...given('authorization', optional('authorization', settings.authorization)),
      }
      return { ...filter, send: (message, now) => sendWebhook(webhook, message, now) }
    }
    case 'slack': {
      const url = address(settings.url)
      return { ...filter, send: (message) => sendSlack(url, message) }
    }
    case 'alertmanager': {
      const target = {
        url: settings.url,
        ...given('page_url', page_url),
        ...given('authorization', optional('authorization', settings.authorization)),
      }
      return { ...filter, sendAll: (messages, now) => sendAlerts(target, messages, now, hold_ms) }
    }
    case 'smtp': {
      const { host, port, tls, user, from, to } = settings
      const server = {
        ...{ host, port, tls, from, to },
        ...given('user', user),
        ...given('password', optional('password', settings.password)),
      }
      return { ...filter, send: (message) => sendMail(server, message) }
    }
  }
}

const SHORTEST_HOLD_MS = 300_000

/** The channels of a configuration. Throws a UsageError for a secret or template that cannot be had. */
export function openChannels(
  config: Config,
  environment: NodeJS.ProcessEnv = process.env,
): { channels: Channel[]; templates: Templates } {
  const { channels, templates: folder, page_url } = config.notify
  // Missed rounds do not end an alert.
  const hold_ms = Math.max(SHORTEST_HOLD_MS, 5 * config.evaluator.interval_seconds * 1000)
  if (folder !== undefined && !statSync(folder, { throwIfNoEntry: false })?.isDirectory())
    throw new UsageError(`notify.templates: ${folder} is no folder`)
  let templates: Templates
  try {
    templates = readTemplates(folder)
  } catch (error) {
    throw new UsageError(`notify.templates: ${(error as Error).message}`)
  }
  const known = wordsOf(testIncident(0), 'test')
  for (const [name, template] of Object.entries(templates))
    for (const place of unknownPlaces(template, known))
      throw new UsageError(
        `notify.templates: ${name}.txt asks for {{${place}}}; known: ${Object.keys(known).join(', ')}`,
      )
  return { channels: channels.map((one) => channelOf(one, hold_ms, page_url, environment)), templates }
}
