/** What a client was to reach, for messages. */
export interface Target {
  brokers: readonly string[]
  group: string
  /** '' without SASL. */
  mechanism: string
}

interface KafkaError extends Error {
  type?: string
  code?: string
  retriable?: boolean
}

function rootOf(error: unknown): KafkaError {
  let root = error instanceof Error ? error : new Error(String(error))
  for (let depth = 0; depth < 10 && root.cause instanceof Error; depth++) root = root.cause
  return root as KafkaError
}

const BY_TYPE: Record<string, (target: Target) => string> = {
  TOPIC_AUTHORIZATION_FAILED: () =>
    'the brokers do not allow reading this topic: the user needs Read and Describe',
  GROUP_AUTHORIZATION_FAILED: ({ group }) =>
    `the brokers do not allow the group ${group}: the user needs Read on it`,
  CLUSTER_AUTHORIZATION_FAILED: () => 'the brokers do not allow it: the user lacks rights on the cluster',
  INCONSISTENT_GROUP_PROTOCOL: ({ group }) =>
    `the group ${group} is in use by a consumer of another kind: choose another one with --group`,
  GROUP_ID_NOT_FOUND: ({ group }) => `the group ${group} does not exist`,
  INVALID_SESSION_TIMEOUT: () =>
    'kafka.session_seconds is outside what the brokers allow (group.min.session.timeout.ms, group.max.session.timeout.ms)',
  OFFSET_METADATA_TOO_LARGE: () =>
    'offset.metadata.max.bytes of the brokers is too small: 4096 is the default',
}

const BY_CODE: Record<string, string> = {
  ECONNREFUSED: 'nothing listens there',
  ENOTFOUND: 'the name is not known',
  EAI_AGAIN: 'the name cannot be looked up',
  EHOSTUNREACH: 'there is no way to it',
  ETIMEDOUT: 'it does not answer',
  ECONNRESET: 'it ends the connection; does it want TLS?',
}

/** What Node says of a certificate that it does not take. */
const UNTRUSTED: Record<string, string> = {
  SELF_SIGNED_CERT_IN_CHAIN: 'is of an authority that is not trusted: see kafka.tls.ca',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'is signed by itself and not trusted: see kafka.tls.ca',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'is of an authority that is not trusted: see kafka.tls.ca',
  UNABLE_TO_GET_ISSUER_CERT: 'is of an authority that is not trusted: see kafka.tls.ca',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'is of an authority that is not trusted: see kafka.tls.ca',
  CERT_SIGNATURE_FAILURE: 'is not signed by the authority of kafka.tls.ca',
  ERR_TLS_CERT_ALTNAME_INVALID: 'bears another name: see kafka.tls.server_name',
}

// A broker's word on our certificate (RFC 8446, 6.2), as OpenSSL's versions name it.
const ALERTS = /_ALERT_(?:BAD_CERTIFICATE|CERTIFICATE_|UNSUPPORTED_CERTIFICATE|UNKNOWN_CA|ACCESS_DENIED)/

const isSasl = ({ name, type }: KafkaError): boolean =>
  name === 'KafkaJSSASLAuthenticationError' ||
  type === 'SASL_AUTHENTICATION_FAILED' ||
  type === 'UNSUPPORTED_SASL_MECHANISM'

/**
 * Whether the brokers refuse what our configuration says of us, or we what they say of them: trying again mends
 * nothing while nobody changes user, password or certificates.
 */
export function isRefusal(error: unknown): boolean {
  const root = rootOf(error)
  const code = root.code ?? ''
  return isSasl(root) || ALERTS.test(code) || UNTRUSTED[code] !== undefined
}

const TLS = /certificate|self.signed|SSL|TLS|wrong version number|altnames|unable to (?:verify|get)/i

/** One line that says what is wrong with the brokers, the credentials, the certificate or the group. */
export function kafkaFault(error: unknown, target: Target): string {
  const root = rootOf(error)
  const at = target.brokers.join(',')
  const named = BY_TYPE[root.type ?? '']
  if (named !== undefined) return named(target)
  // kafkajs keeps to itself why.
  if (root.name === 'KafkaJSGroupCoordinatorNotFound')
    return `the brokers at ${at} name no coordinator for the group ${target.group}: the user needs Read on it, or they are not ready`
  if (root.type === 'UNSUPPORTED_SASL_MECHANISM' || root.message.includes('mechanism is not supported'))
    return `the brokers at ${at} do not offer SASL ${target.mechanism}: see kafka.sasl.mechanism`
  if (isSasl(root))
    return `the brokers at ${at} refuse the user or the password (SASL ${target.mechanism || 'is not configured'}): see kafka.sasl`
  if (ALERTS.test(root.code ?? ''))
    return `the brokers at ${at} refuse our certificate, or want one: see kafka.tls.cert and kafka.tls.key`
  const untrusted = UNTRUSTED[root.code ?? '']
  if (untrusted !== undefined) return `the certificate of the brokers at ${at} ${untrusted}`
  if (root.code !== undefined && BY_CODE[root.code] !== undefined)
    return `no broker at ${at}: ${BY_CODE[root.code]}`
  const text = root.message.split('\n')[0] ?? ''
  if (TLS.test(text)) return `TLS with the brokers at ${at} fails: ${text.replace(/^Connection error: /, '')}`
  if (/Connection timeout/.test(text))
    return `no broker at ${at} answers in time; is it the right port, with or without TLS?`
  if (/Closed connection|closed connection/.test(text))
    return `the brokers at ${at} end the connection; do they want TLS or SASL?`
  return `Kafka at ${at}: ${text}`
}

const PASSING = new Set([
  'KafkaJSConnectionError',
  'KafkaJSConnectionClosedError',
  'KafkaJSRequestTimeoutError',
  'KafkaJSBrokerNotFound',
  'KafkaJSLockTimeout',
])
const PASSING_TYPES = new Set([
  'COORDINATOR_LOAD_IN_PROGRESS',
  'GROUP_LOAD_IN_PROGRESS',
  'GROUP_COORDINATOR_NOT_AVAILABLE',
])

/** Whether the same request may succeed later: the broker is away or busy, and said nothing of us. */
export function isPassing(error: unknown): boolean {
  const { name, type } = error as KafkaError
  return PASSING.has(name) || PASSING_TYPES.has(type ?? '')
}
