import { createPublicKey, type KeyObject } from 'node:crypto'
import type { Answer, Lookup } from './answer.ts'
import { readTags } from './tag-list.ts'
import { failed, type Problem, type RecordState } from './words.ts'

/** One selector's key (RFC 6376, 3.6.1). */
export interface DkimKey {
  selector: string
  state: Extract<RecordState, 'valid' | 'missing' | 'permerror' | 'temperror' | 'revoked'>
  /** '' where there is none. */
  record: string
  /** rsa or ed25519; '' where there is none. */
  key_type: string
  /** Modulus of an RSA key, 256 of an Ed25519 key, 0 where there is none. */
  bits: number
  /** `t=y`: receivers must not treat failures differently from unsigned mail. */
  testing: boolean
  /** `t=s`: `i=` must be in the signing domain itself, not below it. */
  strict: boolean
  problems: Problem[]
}

/** RFC 8301, 3.2: shorter keys are not valid. */
const MIN_BITS = 1024
/** RFC 8301, 3.2: signers should use at least so many. */
const GOOD_BITS = 2048

function rsaKey(der: Buffer): KeyObject | undefined {
  // RFC 6376 says RSAPublicKey in its text and SubjectPublicKeyInfo in its examples; both are published.
  for (const type of ['spki', 'pkcs1'] as const) {
    try {
      const key = createPublicKey({ key: der, format: 'der', type })
      if (key.asymmetricKeyType === 'rsa') return key
    } catch {}
  }
  return undefined
}

const listed = (value: string | undefined, ...words: string[]) =>
  value === undefined || value.split(':').some((word) => words.includes(word.trim().toLowerCase()))

/** What `p=` holds; `error` says why it is no key. */
function material(keyType: string, encoded: string): { bits: number; error: string } {
  const base64 = encoded.replace(/\s/g, '')
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(base64)) return { bits: 0, error: 'p= is no base64' }
  const bytes = Buffer.from(base64, 'base64')
  if (keyType === 'ed25519') {
    // RFC 8463, 4.2: the bare key, without ASN.1.
    if (bytes.length === 32) return { bits: 256, error: '' }
    return { bits: 0, error: `p= has ${bytes.length} bytes; an Ed25519 key has 32 (RFC 8463)` }
  }
  const bits = rsaKey(bytes)?.asymmetricKeyDetails?.modulusLength ?? 0
  if (bits === 0) return { bits, error: 'p= holds no RSA public key' }
  return {
    bits,
    error: bits < MIN_BITS ? `an RSA key of ${bits} bits; under ${MIN_BITS} is invalid (RFC 8301)` : '',
  }
}

/** Why the tags are no key for mail, '' where nothing speaks against it. */
function tagError(tags: ReadonlyMap<string, string>, keyType: string): string {
  const version = tags.get('v')
  if (version !== undefined && (version !== 'DKIM1' || tags.keys().next().value !== 'v'))
    return 'v= must be DKIM1 and come first'
  if (!tags.has('p')) return 'no p= tag: no key'
  if (keyType !== 'rsa' && keyType !== 'ed25519') return `k=${keyType} is no key type that receivers know`
  if (!listed(tags.get('s'), '*', 'email')) return `s=${tags.get('s')}: the key is not for mail`
  if (!listed(tags.get('h'), 'sha256'))
    return `h=${tags.get('h')}: without sha256, which alone may be used (RFC 8301)`
  return ''
}

/** Judges the text of a key record; pure. */
export function readDkimKey(name: string, selector: string, texts: readonly string[]): DkimKey {
  const record = texts[0] ?? ''
  const { tags, error: listError } = readTags(record)
  const keyType = (tags.get('k') ?? 'rsa').toLowerCase()
  const flags = (tags.get('t') ?? '').split(':').map((flag) => flag.trim().toLowerCase())
  const problems: Problem[] = []
  const tell = (problem: string, severity: Problem['severity'] = 'error') =>
    problems.push({ name, term: '', problem, severity })
  const revoked = tags.get('p') === '' && listError === ''
  let bits = 0
  const wrong = listError || tagError(tags, keyType)
  if (texts.length > 1)
    tell(`${texts.length} TXT records; which one counts is not defined (RFC 6376, 3.6.2.2)`)
  if (wrong !== '') tell(wrong)
  else if (revoked) tell('p= is empty: the key is revoked; mail signed with it fails (RFC 6376, 3.6.1)')
  else {
    const found = material(keyType, tags.get('p') ?? '')
    bits = found.bits
    if (found.error !== '') tell(found.error)
    else if (keyType === 'rsa' && bits < GOOD_BITS)
      tell(`an RSA key of ${bits} bits; ${GOOD_BITS} are advised (RFC 8301)`, 'note')
  }
  const testing = flags.includes('y')
  if (testing) tell('t=y: in test; receivers treat failures as unsigned mail', 'note')
  const broken = problems.some(({ severity }) => severity === 'error')
  return {
    selector,
    state: broken ? (revoked && wrong === '' && texts.length === 1 ? 'revoked' : 'permerror') : 'valid',
    record,
    key_type: tags.has('p') ? keyType : '',
    bits,
    testing,
    strict: flags.includes('s'),
    problems,
  }
}

function without(name: string, selector: string, answer: Answer): DkimKey {
  const gone = answer.canonical !== name && answer.canonical !== ''
  const problem = failed(answer)
    ? `DNS gave no answer: ${answer.status}`
    : gone
      ? `points to ${answer.canonical}, which has no key`
      : 'no key there'
  return {
    selector,
    state: failed(answer) ? 'temperror' : 'missing',
    record: '',
    key_type: '',
    bits: 0,
    testing: false,
    strict: false,
    problems: [{ name, term: '', problem, severity: failed(answer) ? 'temporary' : 'error' }],
  }
}

/** Looks up the key of a selector at `SELECTOR._domainkey.DOMAIN`. */
export async function dkimKey(lookup: Lookup, selector: string, domain: string): Promise<DkimKey> {
  const name = `${selector}._domainkey.${domain}`.toLowerCase()
  const answer = await lookup(name, 'TXT')
  return answer.status === 'found'
    ? readDkimKey(name, selector, answer.records)
    : without(name, selector, answer)
}
