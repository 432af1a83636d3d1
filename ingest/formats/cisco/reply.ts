import type { LoggedEvent } from '../../../schemas/event.ts'
import { enhancedCode, replyCode } from '../reply.ts'

/** The texts of a Python list that begins at `from`: single or double quotes, backslashes undone. */
function pythonTexts(text: string, from: number): string[] {
  const texts: string[] = []
  let at = from
  for (;;) {
    while (text[at] === ' ' || text[at] === ',') at++
    const quote = text[at]
    if (quote !== "'" && quote !== '"') return texts
    let end = at + 1
    while (end < text.length && text[end] !== quote) end += text[end] === '\\' ? 2 : 1
    texts.push(text.slice(at + 1, end).replace(/\\(.)/g, '$1'))
    at = end + 1
  }
}

/**
 * Puts into an event what AsyncOS tells of a bounce or delay:
 * `5.1.0 - Unknown address error ('550', ['<a@b>... Relaying denied']) []`; its own status counts where the reply has
 * none, its own words where no server answered (`('000', [])`).
 */
export function setReply(event: LoggedEvent, told: string): void {
  const open = told.indexOf("('")
  const code = told.slice(open + 2, open + 5)
  const list = open === -1 ? -1 : told.indexOf('[', open)
  const lines = list === -1 ? [] : pythonTexts(told, list + 1)
  const own = (open === -1 ? told : told.slice(0, open)).trim()
  const answered = open !== -1 && code !== '000'
  event.reply_text = answered ? lines.map((line) => `${code} ${line}`).join('\n') || code : own
  event.reply_code = replyCode(event.reply_text)
  const status = /^[245]\.[0-9]{1,3}\.[0-9]{1,3}/.exec(own)?.[0] ?? ''
  event.enhanced_code = enhancedCode(event.reply_text) || status
}
