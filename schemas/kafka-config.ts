import * as z from 'zod'
import { timeZone } from './time-zone.ts'

/** A list in the file; `a,b` in the environment. */
const list = z.preprocess(
  (value) => (typeof value === 'string' ? value.split(',').map((one) => one.trim()) : value),
  z.array(z.string().min(1)),
)

const broker = z
  .string()
  .regex(
    /^[^\s:/]+:[0-9]{1,5}$|^\[[0-9a-fA-F:.]+\]:[0-9]{1,5}$/,
    'is no broker; write host:port, like kafka1.example:9092',
  )

const isTopic = (topic: string) => {
  if (!(topic.length > 2 && topic.startsWith('/') && topic.endsWith('/')))
    return /^[a-zA-Z0-9._-]{1,249}$/.test(topic)
  try {
    new RegExp(topic.slice(1, -1))
    return true
  } catch {
    return false
  }
}

/** The section `kafka` of the configuration. Sizes in bytes, times in seconds. */
export const Kafka = z.strictObject({
  brokers: list.pipe(z.array(broker)).default([]),
  /** Topics, and patterns between slashes. */
  topics: list
    .pipe(z.array(z.string().refine(isTopic, { error: 'is no topic, and no pattern like /^mail\\./' })))
    .default([]),
  group: z.string().min(1).max(249).default('faultline'),
  client_id: z.string().min(1).default('faultline'),
  /** Where a partition begins that nobody has read. */
  start: z.enum(['earliest', 'latest']).default('earliest'),
  /** What happens where retention has passed us. */
  on_gap: z.enum(['continue', 'stop']).default('continue'),
  format: z.string().default('auto'),
  time_zone: timeZone.optional(),
  /** Dead letters also go to `<topic>.dlq`. */
  dead_letter_topic: z.boolean().default(true),
  tls: z
    .strictObject({
      enabled: z.boolean().default(false),
      /** PEM files. */
      ca: z.string().optional(),
      cert: z.string().optional(),
      key: z.string().optional(),
      server_name: z.string().optional(),
    })
    .prefault({}),
  sasl: z
    .strictObject({
      mechanism: z.enum(['plain', 'scram-sha-256', 'scram-sha-512']),
      username: z.string().min(1),
      password: z.string().min(1),
    })
    .optional(),
  session_seconds: z.number().min(1).max(1800).default(30),
  fetch_bytes: z
    .int()
    .min(1024)
    .default(1 << 20),
  in_flight_bytes: z
    .int()
    .min(1 << 16)
    .default(32 << 20),
  look_back: z.int().min(0).default(10_000),
  metadata_seconds: z.number().min(0.1).default(30),
  decode_tries: z.int().min(1).default(3),
})
