import type { ParseArgsOptionsConfig } from 'node:util'
import { BadRequest } from '../dashboards/web/query.ts'
import { type CommandAnswer, jsonReply, type Reply } from '../dashboards/web/routes.ts'
import type { Config } from '../schemas/config.ts'
import type { Store } from '../store/store.ts'
import { packetMarkdown } from '../verdict/packet/markdown.ts'
import { parseOptions } from './arguments/options.ts'
import { UsageError } from './arguments/usage-error.ts'
import { EVENT_OPTIONS, findEvents } from './events.ts'
import { PACKET_OPTIONS, packetMessage, readPacket } from './packet.ts'
import { readTrends, TREND_OPTIONS } from './trends.ts'
import { readVerdicts, VERDICT_OPTIONS } from './verdict.ts'

const MOST_EVENTS = 10_000
// About the process, not about what is asked.
const NOT_ASKED = ['help', 'data-dir', 'url', 'config', 'json', 'csv', 'eml', 'watch', 'resolver']

/** Parameters of a request as a command's arguments: `queue_id=1` is `--queue-id=1`. Throws `BadRequest`. */
function argumentsOf(params: URLSearchParams, options: ParseArgsOptionsConfig): string[] {
  const known = Object.keys(options).filter((name) => !NOT_ASKED.includes(name))
  return [...params].map(([name, value]) => {
    const option = name.replaceAll('_', '-')
    if (!known.includes(option))
      throw new BadRequest(
        `unknown parameter; known are ${known.map((one) => one.replaceAll('-', '_')).join(', ')}`,
      )
    if (options[option]?.type === 'string') return `--${option}=${value}`
    if (value !== '1' && value !== 'true') throw new BadRequest(`${name} is left out, or 1`)
    return `--${option}`
  })
}

/** What its sender can mend is told in the command's own words. */
async function mended<Answer>(answer: () => Promise<Answer>): Promise<Answer> {
  try {
    return await answer()
  } catch (error) {
    if (error instanceof UsageError) throw new BadRequest(error.message)
    throw error
  }
}

/** `/api/verdict`, `/api/events`, `/api/trends` and `/api/packet`: the commands' JSON, their options as parameters. */
export function pageCommands(store: Store, config: Config): Record<string, CommandAnswer> {
  return {
    verdict: (params) =>
      mended(async () => {
        const { values } = parseOptions('verdict', argumentsOf(params, VERDICT_OPTIONS), VERDICT_OPTIONS)
        return jsonReply(await readVerdicts(store, values))
      }),
    events: (params) =>
      mended(async () => {
        const { values } = parseOptions('events', argumentsOf(params, EVENT_OPTIONS), EVENT_OPTIONS)
        return jsonReply(await findEvents(store, values, config.time_zone, MOST_EVENTS))
      }),
    trends: (params) =>
      mended(async () => {
        const { values } = parseOptions('trends', argumentsOf(params, TREND_OPTIONS), TREND_OPTIONS)
        return jsonReply((await readTrends(store, values, config.time_zone)).rows)
      }),
    packet: (params) => mended(() => packet(store, config, params)),
  }
}

/** `incident=ID` or the command's options; `format` is json (the usual), md or eml, which are saved. */
async function packet(store: Store, config: Config, params: URLSearchParams): Promise<Reply | undefined> {
  const asked = new URLSearchParams(params)
  const format = asked.get('format') ?? 'json'
  const incident = asked.get('incident') ?? undefined
  asked.delete('format')
  asked.delete('incident')
  if (!['json', 'md', 'eml'].includes(format)) throw new BadRequest('format is json, md or eml')
  if (incident !== undefined && !/^[0-9a-f]{1,10}$/.test(incident))
    throw new BadRequest('incident is the id of one')
  const { values } = parseOptions('packet', argumentsOf(asked, PACKET_OPTIONS), PACKET_OPTIONS)
  const { 'no-dns': no_dns } = values
  const asking = no_dns ? { ...config, dns: { ...config.dns, enabled: false } } : config
  const found = await readPacket(store, asking, values, incident)
  if (found === undefined) return undefined
  const filename = `packet-${incident ?? found.case.recipient_domain ?? 'case'}.${format}`
  if (format === 'md') return { type: 'text/markdown; charset=utf-8', body: packetMarkdown(found), filename }
  if (format === 'eml') return { type: 'message/rfc822', body: await packetMessage(found, values), filename }
  return jsonReply(found)
}
