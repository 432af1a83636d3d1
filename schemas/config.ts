import { isIP } from 'node:net'
import * as z from 'zod'
import { Kafka } from './kafka-config.ts'
import { Mapping } from './mapping.ts'
import { NO_SERVER, parseServer } from './server-address.ts'
import { timeZone } from './time-zone.ts'

/** What is said of what is none. */
export const NO_PORT = 'is no port: a whole number from 0 to 65535'
const port = z.int({ error: NO_PORT }).min(0, { error: NO_PORT }).max(65535, { error: NO_PORT })

const listen = (host: string, usual: number) =>
  z.strictObject({ host: z.string().min(1).default(host), port: port.default(usual) }).prefault({})

const domain = z
  .string()
  .regex(/^[a-z0-9_-]+(\.[a-z0-9_-]+)+$/, 'is no domain in lower-case A-label form, like mail.example.org')

const server = z.string().refine((text) => parseServer(text) !== undefined, { error: NO_SERVER })

const FileSource = z.strictObject({
  /** A log file that grows and is rotated. */
  path: z.string().min(1),
  format: z.string().default('auto'),
  /** Zone of stamps that have none; the general one where it is not given. */
  time_zone: timeZone.optional(),
})

/** A secret is never in the configuration itself: it comes from a variable of the environment, or out of a file. */
const secret = z.union(
  [z.strictObject({ env: z.string().min(1) }), z.strictObject({ file: z.string().min(1) })],
  { error: 'is a secret: give it as {env: NAME} or {file: PATH}' },
)
export type SecretSource = z.infer<typeof secret>

const httpUrl = z.url({ protocol: /^https?$/, error: 'is no http:// or https:// address' })
const address = z.email({ error: 'is no mail address' })

const channel = {
  /** What it is called in tables and logs. */
  name: z.string().regex(/^[a-z0-9_-]{1,40}$/, 'is a name of small letters, digits, - and _'),
  /** Told only of these verdicts, and only when so sure (per cent). */
  verdicts: z
    .array(z.enum(['recipient_domain', 'provider_wide', 'sender_wide', 'platform_wide']))
    .min(1)
    .default(['recipient_domain', 'provider_wide', 'sender_wide', 'platform_wide']),
  min_confidence: z.int().min(0).max(100).default(0),
  /** Told at most so often in an hour; the rest waits. */
  per_hour: z.int().min(1).default(60),
}

/** Where people are told. */
const NotifyChannel = z.discriminatedUnion(
  'type',
  [
    z.strictObject({
      type: z.literal('webhook'),
      ...channel,
      url: z.union([httpUrl, secret]),
      /** Signs each message (HMAC-SHA256). */
      secret: secret.optional(),
      /** The whole Authorization header. */
      authorization: secret.optional(),
    }),
    z.strictObject({ type: z.literal('slack'), ...channel, url: z.union([httpUrl, secret]) }),
    z.strictObject({
      type: z.literal('alertmanager'),
      ...channel,
      url: httpUrl,
      authorization: secret.optional(),
    }),
    z
      .strictObject({
        type: z.literal('smtp'),
        ...channel,
        host: z.string().min(1),
        port: z.int().min(1).max(65535).default(25),
        /** starttls must succeed, implicit is TLS from the start, opportunistic is STARTTLS where it is offered. */
        tls: z.enum(['opportunistic', 'starttls', 'implicit', 'none']).default('opportunistic'),
        user: z.string().optional(),
        password: secret.optional(),
        from: address,
        to: z.array(address).min(1),
      })
      .refine(({ user, tls }) => user === undefined || tls === 'starttls' || tls === 'implicit', {
        path: ['tls'],
        error: 'must be starttls or implicit where there is a user: a password goes over checked TLS only',
      }),
  ],
  { error: 'has a type: webhook, slack, alertmanager or smtp' },
)
export type NotifyChannel = z.infer<typeof NotifyChannel>

/** The one schema of the configuration: file, environment and flags are read into it. Sizes in bytes, times in seconds. */
export const Config = z.strictObject({
  /** Folder of the embedded store. */
  data_dir: z.string().min(1).default('faultline-data'),
  /** A ClickHouse server instead of the embedded store: http://user:password@host:8123. */
  url: z.url({ protocol: /^https?$/, error: 'is no http:// or https:// address' }).optional(),
  /** Name of the server's cluster, where the tables are to lie on one: replicated and sharded. */
  cluster: z
    .string()
    .regex(/^[A-Za-z0-9_-]{1,100}$/, 'is a name of letters, digits, - and _')
    .optional(),
  /** Files to follow. */
  follow: z.array(FileSource).default([]),
  /** Topics to read. */
  kafka: Kafka.prefault({}),
  /** Log formats of one's own, as mappings; asked before ours. */
  formats: z
    .array(Mapping)
    .refine((formats) => new Set(formats.map(({ name }) => name)).size === formats.length, {
      error: 'two formats have one name',
    })
    .default([]),
  /** Zone of stamps that have none. */
  time_zone: timeZone.default(Intl.DateTimeFormat().resolvedOptions().timeZone),
  /** Recipient domains that are ours: mail that we pass on to them is inbound. */
  own_domains: z.array(domain).default([]),
  /** Our sending address by `log host` or `log host/instance`, for MTAs that do not log it. */
  source_ips: z
    .record(
      z.string(),
      z.string().refine((ip) => isIP(ip) !== 0, { error: 'is no IP address' }),
    )
    .default({}),
  /** Servers whose Authentication-Results are trusted (RFC 8601, 4.1): the name with which the field begins. */
  authserv_ids: z.array(z.string().min(1).toLowerCase()).default([]),
  /** Folder of own rules for replies, asked before ours. */
  rules: z.string().min(1).optional(),
  /** The page. */
  web: z
    .strictObject({
      host: z.string().min(1).default('127.0.0.1'),
      port: port.default(8080),
      /** Further names that a Host header may give, as of a proxy before it. */
      names: z.array(z.string().min(1).toLowerCase()).default([]),
      /** Whoever gives it may read and act; needed beyond this machine, or read_only. */
      token: secret.optional(),
      /** Nobody acts on incidents over the page. */
      read_only: z.boolean().default(false),
    })
    .prefault({}),
  /** `/metrics`, `/health` and `/ready`; not served unless given. */
  metrics: z
    .strictObject({
      host: z.string().min(1).default('127.0.0.1'),
      port,
    })
    .optional(),
  /** The embedded store on ClickHouse's HTTP interface. */
  clickhouse: listen('127.0.0.1', 8123),
  /** Look-ups of the domains in recent rejections. */
  dns: z
    .strictObject({
      enabled: z.boolean().default(true),
      /** Recursive resolvers as HOST:PORT; the system's where none is given. */
      resolvers: z.array(server).default([]),
      /** Sender domains that are looked up without a rejection, again and again as their TTL ends. */
      watch: z.array(domain).default([]),
      /** DKIM selectors by sender domain, beside those that mail and usual services tell. */
      selectors: z
        .record(z.string(), z.array(z.string().regex(/^[A-Za-z0-9_.-]{1,253}$/, 'is no selector')))
        .default({}),
      /** Block lists (RFC 5782) that `faultline check --ip` asks: zones like zen.example.org; none by default. */
      block_lists: z.array(domain).max(20).default([]),
      /** How long a batch of rows may wait for facts. */
      wait_seconds: z.number().min(0).max(1).default(0.01),
      /** For one attempt, of so many. */
      timeout_seconds: z.number().min(0.05).max(30).default(1.5),
      attempts: z.int().min(1).max(10).default(3),
      /** Look-ups under way at a time. */
      concurrency: z.int().min(1).max(1000).default(100),
      /** Questions a second in the long run, and how many may come at once after a pause. */
      queries_per_second: z.int().min(1).default(500),
      burst: z.int().min(1).default(30_000),
      /** Answers and facts kept at most, each. */
      entries: z.int().min(100).default(100_000),
      /** How long an answer is given beyond its TTL where no resolver answers (RFC 8767). */
      stale_seconds: z.int().min(0).max(259_200).default(86_400),
    })
    .prefault({}),
  limits: z
    .strictObject({
      /** Messages that the correlators remember. */
      messages: z.int().min(100).default(100_000),
      line_bytes: z
        .int()
        .min(1024)
        .max(1 << 26)
        .default(1 << 20),
      /** A block is inserted when it holds so much, or is so old. */
      block_bytes: z
        .int()
        .min(1024)
        .default(16 << 20),
      block_rows: z.int().min(1).default(100_000),
      block_seconds: z.number().positive().default(1),
      /** How often a followed file is looked at, and how long after its rotation it is still read. */
      poll_seconds: z.number().positive().default(0.25),
      rotation_grace_seconds: z.number().positive().default(5),
    })
    .prefault({}),
  /** Who judges again and again, and how long an incident lives. */
  evaluator: z
    .strictObject({
      enabled: z.boolean().default(true),
      interval_seconds: z.number().min(1).max(3600).default(20),
      /** How much mail is judged together. */
      window_seconds: z.int().min(60).max(86_400).default(900),
      /** An incident is closed after so long without a refusal, */
      quiet_seconds: z.int().min(60).default(1800),
      /** is the same one when it begins again within so long, */
      reopen_seconds: z.int().min(0).default(7200),
      /** and is told again while it is open. */
      remind_seconds: z.int().min(60).default(86_400),
      /** A process that evaluates and is not heard of for so long is followed by another. */
      lease_seconds: z.int().min(10).default(60),
    })
    .prefault({}),
  /** Numbers of the judgement that are to be others: verdict/own-thresholds.ts says which there are. */
  verdict: z.record(z.string(), z.unknown()).default({}),
  /** Who is told of incidents. */
  notify: z
    .strictObject({
      /** Address of the page as its readers know it, for links. */
      page_url: httpUrl.optional(),
      /** Folder with templates of one's own, under the names of those in verdict/notify/templates. */
      templates: z.string().min(1).optional(),
      channels: z
        .array(NotifyChannel)
        .refine((channels) => new Set(channels.map(({ name }) => name)).size === channels.length, {
          error: 'two channels have one name',
        })
        .default([]),
    })
    .prefault({}),
  log_level: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
})

/** The effective configuration. */
export type Config = z.infer<typeof Config>
