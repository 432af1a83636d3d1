import { readTags } from '../tag-list.ts'
import type { Problem } from '../words.ts'

/** What the domain owner asks receivers to do with mail that fails (RFC 9989, 4.7 `p`). */
export const DMARC_POLICIES = ['none', 'quarantine', 'reject'] as const
export type DmarcPolicy = (typeof DMARC_POLICIES)[number]

/** A DMARC record (RFC 9989, 4.7). Policies are as published; an invalid one is undefined. */
export interface DmarcRecord {
  text: string
  p: DmarcPolicy | undefined
  sp: DmarcPolicy | undefined
  np: DmarcPolicy | undefined
  /** Whether the policies can be used as they stand; else the record means `none` with `rua` and nothing without. */
  usable: boolean
  /** `t=y`: receivers apply the next lower policy. */
  testing: boolean
  psd: 'y' | 'n' | 'u'
  /** `strict` takes identical domains alone as aligned. */
  adkim: 'relaxed' | 'strict'
  aspf: 'relaxed' | 'strict'
  rua: string[]
  ruf: string[]
  /** RFC 7489's share of mail the policy is for, per cent; RFC 9989 removed it. */
  pct: number
}

/** The texts at a name, read: the one record that counts, or why there is none. */
export interface DmarcSet {
  record: DmarcRecord | undefined
  problems: Problem[]
}

// RFC 9989, 4.7: the version is the first tag, and its value counts case.
const VERSION = /^v[ \t]{0,9}=[ \t]{0,9}DMARC1[ \t]{0,9}(?:;|$)/
const LIKE_VERSION = /^\s{0,9}["']?v\s{0,9}=\s{0,9}dmarc|;\s{0,9}v\s{0,9}=\s{0,9}DMARC1/i
const URI = /^[a-z][a-z0-9+.-]{0,30}:[^\s,;]{1,1000}$/i

const MAX_ADDRESSES = 20

function addresses(value: string | undefined): string[] {
  if (value === undefined) return []
  return value.split(',', MAX_ADDRESSES).map((uri) => uri.trim())
}

function policyOf(value: string | undefined): DmarcPolicy | undefined {
  return DMARC_POLICIES.find((policy) => policy === value?.toLowerCase())
}

/** Reads one record; undefined where its tag-list is broken, which makes it none (RFC 6376, 3.2). */
function readRecord(name: string, text: string, problems: Problem[]): DmarcRecord | undefined {
  const { tags, error } = readTags(text)
  const tell = (term: string, problem: string, severity: Problem['severity'] = 'error') =>
    problems.push({ name, term, problem, severity })
  if (error !== '') {
    tell('', `${error}: receivers ignore the whole record`)
    return undefined
  }
  const [p, sp, np] = ['p', 'sp', 'np'].map((tag) => policyOf(tags.get(tag)))
  const rua = addresses(tags.get('rua')).filter((uri) => URI.test(uri))
  const wrong = ['p', 'sp', 'np'].filter((tag) => tags.has(tag) && policyOf(tags.get(tag)) === undefined)
  if (!tags.has('p')) wrong.unshift('p')
  const effect = rua.length > 0 ? 'the record counts as p=none' : 'receivers ignore the record'
  for (const tag of wrong) {
    const value = tags.get(tag)
    const comma = value?.includes(',') ? '; tags are separated by semicolons' : ''
    if (value === undefined) tell('p', `no p= tag: ${effect} (RFC 9989, 4.10.1)`)
    else tell(`${tag}=${value.slice(0, 60)}`, `no policy: none, quarantine or reject${comma}; ${effect}`)
  }
  for (const tag of ['rua', 'ruf'])
    for (const uri of addresses(tags.get(tag)).filter((uri) => !URI.test(uri)))
      tell(`${tag}=${uri.slice(0, 60)}`, 'is no address; it starts with mailto:', 'note')
  if (rua.length === 0 && wrong.length === 0)
    tell('rua', 'no rua= tag: nobody reports to you what fails', 'note')
  for (const tag of ['pct', 'rf', 'ri'].filter((tag) => tags.has(tag)))
    tell(`${tag}=${tags.get(tag)?.slice(0, 20)}`, 'was removed by RFC 9989; receivers differ', 'note')
  const testing = tags.get('t')?.toLowerCase() === 'y'
  if (testing) tell('t=y', 'in test: receivers apply the next lower policy (RFC 9989, 4.7)', 'note')
  const psd = tags.get('psd')?.toLowerCase()
  return {
    text,
    p,
    sp,
    np,
    usable: wrong.length === 0,
    testing,
    psd: psd === 'y' || psd === 'n' ? psd : 'u',
    adkim: tags.get('adkim')?.toLowerCase() === 's' ? 'strict' : 'relaxed',
    aspf: tags.get('aspf')?.toLowerCase() === 's' ? 'strict' : 'relaxed',
    rua,
    ruf: addresses(tags.get('ruf')).filter((uri) => URI.test(uri)),
    pct: /^[0-9]{1,3}$/.test(tags.get('pct') ?? '') ? Math.min(100, Number(tags.get('pct'))) : 100,
  }
}

/** The record among the texts at `_dmarc.DOMAIN`; several are none (RFC 9989, 4.10). */
export function readDmarc(name: string, texts: readonly string[]): DmarcSet {
  const problems: Problem[] = []
  const records = texts.map((text) => text.trim()).filter((text) => VERSION.test(text))
  const [text, ...more] = records
  if (text === undefined) {
    for (const near of texts.filter((near) => LIKE_VERSION.test(near.slice(0, 1000))))
      problems.push({
        name,
        term: near.slice(0, 40),
        problem: 'does not start with v=DMARC1 (case counts), so it is no DMARC record',
        severity: 'note',
      })
    return { record: undefined, problems }
  }
  if (more.length > 0) {
    const problem = `${more.length + 1} DMARC records: receivers ignore them all (RFC 9989, 4.10)`
    return { record: undefined, problems: [{ name, term: '', problem, severity: 'error' }] }
  }
  return { record: readRecord(name, text, problems), problems }
}
