import type { Answer } from '../../enrich/classify/answer.ts'
import type { Reply } from '../../enrich/classify/classify.ts'
import { REASONS } from '../../schemas/reasons.ts'
import { remedyOf } from '../../schemas/remedies.ts'
import { shown } from '../../verdict/shown.ts'
import { colour } from './colour.ts'

const FAULT_COLOUR = { sender: 'red', recipient: 'yellow', network: 'yellow', undetermined: 'dim' } as const
const WIDTH = 13

const line = (name: string, value: string) =>
  value === '' ? '' : `${colour('dim', name.padEnd(WIDTH))}${value}\n`

function authentication({ auth_spf, auth_dkim, auth_dmarc }: Answer): string {
  const results = Object.entries({ spf: auth_spf, dkim: auth_dkim, dmarc: auth_dmarc })
  return results.flatMap(([method, result]) => (result === '' ? [] : [`${method}=${result}`])).join(' ')
}

function remedy({ reason, provider }: Answer): string {
  const what = remedyOf(reason)
  if (what === undefined) return ''
  const page = what.providers[provider]
  return [
    line('sender', what.sender),
    line('recipient', what.recipient),
    line('escalate', what.send),
    line('see', page ? [page.url, page.note].filter(Boolean).join(' - ') : ''),
  ].join('')
}

/** The judgement of a reply for people; what the server wrote is shown escaped. */
export function classifyText(reply: Reply, answer: Answer): string {
  const { reason, fault, provider, confidence } = answer
  const meaning = REASONS.get(reason)?.meaning ?? ''
  const blame = FAULT_COLOUR[fault as keyof typeof FAULT_COLOUR]
  return [
    line('reply', shown(reply.reply_text)),
    line(
      'reason',
      `${colour('bold', reason || 'unknown')}${meaning === '' ? '' : colour('dim', ` - ${meaning}`)}`,
    ),
    line('side', answer.side),
    line('fault', blame ? colour(blame, fault) : fault),
    line('rule', answer.rule),
    line('evidence', shown(answer.evidence)),
    line('provider', provider || 'unknown'),
    line('confidence', `${confidence}%`),
    line('alternatives', answer.alternatives.join(', ')),
    line('listed by', shown([answer.listed_by, answer.listed_ip].filter(Boolean).join(': '))),
    line('results', shown(authentication(answer))),
    line('domain', shown(answer.failed_domain)),
    line('policy', shown(answer.policy_id)),
    line('retry after', answer.retry_after_s === 0 ? '' : `${answer.retry_after_s} s`),
    line('help', shown(answer.help_url)),
    remedy(answer),
  ].join('')
}
