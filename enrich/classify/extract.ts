import { isIP } from 'node:net'
import { blockListOf, mayNameList, zoneOf } from './block-list.ts'
import type { Classification } from './classify.ts'

/** What a reply says beside its reason; names are the columns of `delivery_events`. '' and 0 where it says nothing. */
export interface Said {
  listed_by: string
  retry_after_s: number
  /** Results as the receiver reported them (RFC 8601, 2.7). */
  auth_spf: string
  auth_dkim: string
  auth_dmarc: string
}

/** What `Said` needs of a masked reply: all but the parts that the mask hides. */
export interface Hints extends Said {
  may_name_list: boolean
  says_delay: boolean
}

type Method = 'spf' | 'dkim' | 'dmarc'

// RFC 8601, 2.7; and how receivers put it in sentences.
const RESULT =
  /\b(spf|dkim|dmarc)(?: (?:check|authentication|verification|result|validation|alignment|evaluation))? ?[=:]? ?(?:is |was )?\(?(none|neutral|pass(?:ed)?|hardfail|soft ?fail|fail(?:ed|s|ure)?|temperror|permerror|did not pass|not pass)\b/g
const GMAIL_SPF = /\bspf \[[^\][]{0,80}\] with ip: \[[^\][]{0,80}\] ?= ?(did not pass|pass)/
const PHRASES: readonly [RegExp, Method, string][] = [
  [/(?:not pass|fail(?:s|ed)?(?: to pass)?|violat\w{1,5}(?: of)?|failing) (?:the )?dmarc/, 'dmarc', 'fail'],
  [/dmarc policy (?:of (?:reject|quarantine)|violation)|domain's dmarc policy/, 'dmarc', 'fail'],
  [
    /(?:not pass|fail(?:s|ed)?(?: to pass)?|failing) (?:the )?spf|does not designate|spf[- ](?:check )?fail/,
    'spf',
    'fail',
  ],
  [/(?:not pass|fail(?:s|ed)?(?: to pass)?|failing|invalid|bad) (?:the )?dkim/, 'dkim', 'fail'],
  [/dkim signature (?:did not verify|is invalid|verification failed)/, 'dkim', 'fail'],
]
// Where the words are in a rule but in none of the above.
const BY_REASON: Readonly<Record<string, readonly [Method, string]>> = {
  spf_failed: ['spf', 'fail'],
  dkim_failed: ['dkim', 'fail'],
  dmarc_failed: ['dmarc', 'fail'],
}
const WORDS_CONFIDENCE = 80

/** RFC 8601's word for a receiver's. */
function resultWord(said: string): string {
  if (said.startsWith('pass')) return 'pass'
  if (said.startsWith('soft')) return 'softfail'
  return /^(?:hard)?fail|not pass/.test(said) ? 'fail' : said
}

function authenticationOf(text: string, { reason, confidence }: Classification): Record<Method, string> {
  const found: Record<Method, string> = { spf: '', dkim: '', dmarc: '' }
  for (const [, method = '', said = ''] of text.matchAll(RESULT)) found[method as Method] ||= resultWord(said)
  found.spf ||= resultWord(GMAIL_SPF.exec(text)?.[1] ?? '')
  for (const [pattern, method, result] of PHRASES)
    if (found[method] === '' && pattern.test(text)) found[method] = result
  const [method, result] = BY_REASON[reason] ?? []
  if (method && result && confidence >= WORDS_CONFIDENCE) found[method] ||= result
  return found
}

const DELAY_WORDS =
  /\b(?:retry|try|tries|again|wait|back|resend|greylist|graylist|delay|defer|erneut|reessa|reintent|riprov|tente)/
// The number with its unit, looked for behind the verb.
const VERB =
  /\b(?:retry|retrying|try|again|wait|come back|resend|gr[ae]ylist\w{0,4}|delayed|deferred|erneut|versuchen|r[eé]essayer|reintente|riprovare|tente)\b/gi
const DELAY =
  /^[^0-9]{0,40}?\b(\d{1,6}|an?|one)[ -]?(s|secs?|seconds?|sekunden?|secondes?|segundos?|secondi|m|mins?|minutes?|minuten?|minutos?|minuti|h|hrs?|hours?|stunden?|heures?|horas?|ore|days?)\b/i
const CLOCK = /^[^0-9]{0,30}(\d{1,3}):(\d\d):(\d\d)\b/
const HEADER = /\bretry[-_]after ?[:=] ?(\d{1,6})\b/i
const LONGEST = 30 * 86_400

// More of these words than a reply has are there to cost time.
const MAX_TRIES = 20

/** What a pattern finds right behind one of the words, the first time it does. */
function foundBehind(words: RegExp, pattern: RegExp, text: string): readonly string[] {
  let tries = 0
  for (const { index, 0: word } of text.matchAll(words)) {
    const from = index + word.length
    const found = pattern.exec(text.slice(from, from + 330))
    if (found) return found
    if (++tries > MAX_TRIES) break
  }
  return []
}

/** Seconds after which the reply asks to come back; 0 where it does not say. */
export function retryAfter(reply: string): number {
  const text = reply.slice(0, 4096)
  const header = HEADER.exec(text)
  if (header) return Math.min(Number(header[1]), LONGEST)
  const clock = foundBehind(VERB, CLOCK, text).slice(1).map(Number)
  if (clock.length > 0)
    return Math.min(
      clock.reduce((sum, part) => sum * 60 + part),
      LONGEST,
    )
  const [, number = '', unit = ''] = foundBehind(VERB, DELAY, text)
  if (number === '') return 0
  const length = { s: 1, m: 60, h: 3600, d: 86_400, o: 3600 }[unit[0]?.toLowerCase() ?? ''] ?? 1
  const seconds = /^st|^heu|^hor/i.test(unit) ? 3600 : length
  return Math.min((/^\d/.test(number) ? Number(number) : 1) * seconds, LONGEST)
}

// Where a name of a list says something else: who hosts the help page, whose product answered.
const NOT_LISTED = new Set(['recipient_mailbox', 'recipient_routing', 'sender_authentication'])

/** What a masked reply says, and what its mask hides. */
export function hintsOf(text: string, classification: Classification): Hints {
  const { spf, dkim, dmarc } = /spf|dkim|dmarc/.test(text)
    ? authenticationOf(text, classification)
    : { spf: '', dkim: '', dmarc: '' }
  const listable = !NOT_LISTED.has(classification.side)
  const listed_by = listable ? blockListOf(text) : ''
  return {
    listed_by,
    retry_after_s: 0,
    auth_spf: spf,
    auth_dkim: dkim,
    auth_dmarc: dmarc,
    may_name_list: listable && listed_by === '' && mayNameList(text),
    says_delay: DELAY_WORDS.test(text),
  }
}

/** What a reply says, given the hints that its mask gave. */
export function saidBy(reply: string, hints: Hints): Said {
  const { listed_by, auth_spf, auth_dkim, auth_dmarc, may_name_list, says_delay } = hints
  return {
    listed_by: may_name_list ? zoneOf(reply) : listed_by,
    retry_after_s: says_delay ? retryAfter(reply) : 0,
    auth_spf,
    auth_dkim,
    auth_dmarc,
  }
}

/** What only `classify` answers of a reply; '' where it does not say. */
export interface Details {
  /** The address that is on the list. */
  listed_ip: string
  help_url: string
  /** The receiver's own code of what it did, like `AS(201806281)`, `TSS04` or `OFR_506`. */
  policy_id: string
  /** The sending domain that failed authentication or is listed. */
  failed_domain: string
}

const IPV4 = /(?<![\d.])\d{1,3}(?:\.\d{1,3}){3}(?![\d.]*\d)/g
const IPV6 = /(?<![0-9a-f:.])[0-9a-f]{0,4}(?::[0-9a-f]{0,4}){2,7}(?![0-9a-f:])/gi
const URL_TEXT = /https?:\/\/[^\s<>"'()[\]\\]{1,400}/i
// The receiver's own codes. Several expressions, for one of them all is too large to be proved linear.
const POLICIES = [
  /\bAS\(\d{1,12}\)|\bS31[45]\d\b|\bS\d{3,6}(?=\))/,
  /\[(?:TSS?|BL|RL|GL|PH|IPTS|CS|HME?|HVU|DNS|AD|CXN|CF|SPF|DKIM|DMARC)\d{0,6}\]/,
  /\bAUP#[\w-]{1,10}|\b(?:OFR|LPN|FREE)_?\d{3}(?:_\d{3})?\b|\b(?:ELNK|SFR_IN)_\d{3}\b|\bOXSUS\d{4}_\d{3}\b/,
  /\b(?:DY|SC|OU|RP|CO|VS|PR|BA)-\d{3}\b|\bBL\d{6}\b|\bDT:SPM\b|\bIB\d{3}\b/,
  /\b[A-Z]{2,3}\d{1,3}(?=\) )/,
]
// What stands before the domain, and the domain behind it, alone or in an address.
const DOMAIN_WORD =
  /\b(?:unauthenticated email from|sending domain|mail from domain|from domain|sender domain|domain of|dmarc (?:policy|record) (?:of|for)|spf|domain|header\.from=|d=)/gi
const DOMAIN = /^[ :]{0,2}[[<("']?(?:[a-z0-9._+-]{1,64}@)?((?:[a-z0-9_-]{1,63}\.){1,8}[a-z0-9-]{2,63})/i
const FAILS = new Set(['sender_authentication'])

const firstIp = (text: string): string => {
  for (const pattern of [IPV4, IPV6]) for (const [ip] of text.matchAll(pattern)) if (isIP(ip)) return ip
  return ''
}

function policyOf(text: string): string {
  for (const pattern of POLICIES) {
    const found = pattern.exec(text)
    if (found) return found[0].replace(/^\[|\]$/g, '')
  }
  return ''
}

/** The parts of a reply that an operator looks up. */
export function detailsOf(reply: string, { reason, side }: Classification): Details {
  const text = reply.slice(0, 4096)
  return {
    listed_ip: reason === 'ip_blocklisted' || reason === 'low_reputation' ? firstIp(text) : '',
    help_url: URL_TEXT.exec(text)?.[0].replace(/[.,;:!]{1,9}$/, '') ?? '',
    policy_id: policyOf(text),
    failed_domain:
      FAILS.has(side) || reason === 'domain_blocklisted'
        ? (foundBehind(DOMAIN_WORD, DOMAIN, text)[1]?.toLowerCase() ?? '')
        : '',
  }
}
