import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { recordsOf } from '../../ingest/sources/kafka/batch-decoder.ts'
import { openKafka } from '../../ingest/sources/kafka/client.ts'
import { recordKey } from '../../ingest/sources/kafka/record-batch.ts'
import { openEmbedded } from '../../store/embedded.ts'
import { temporaryFolder } from '../temporary-folder.ts'
import { freePort, missingBroker, startBroker } from './kafka-broker.ts'

const ROOT = join(import.meta.dirname, '../..')
const LINES = 200

/** Why there is no rsyslog that writes to Kafka; under CI=true there must be one. */
function missingRsyslog(): string | undefined {
  if (globSync('/usr/lib/*/rsyslog/omkafka.so').length > 0) return undefined
  if (process.env['CI'] === 'true')
    throw new Error('the shipping path must run under CI: install rsyslog-kafka')
  console.error('skipped: the shipping path from rsyslog (no omkafka: apt install rsyslog rsyslog-kafka)')
  return 'no omkafka'
}

const ended = (child: ChildProcess): Promise<unknown> =>
  child.exitCode === null ? new Promise((resolve) => child.once('exit', resolve)) : Promise.resolve()

const missing = missingRsyslog() ?? missingBroker()
const folder = temporaryFolder()

/** The configuration that the docs give, for another broker and other folders. */
function rsyslogConfig(socket: string, brokers: string): string {
  const given = readFileSync(join(ROOT, 'docs/shipping/rsyslog.conf'), 'utf8')
  const here = given.replace('127.0.0.1:9092', brokers).replaceAll('/var/spool/rsyslog', folder)
  expect(here).not.toBe(given)
  return `global(workDirectory="${folder}" localHostname="mx1.example")
module(load="imuxsock" SysSock.Use="off")
input(type="imuxsock" Socket="${socket}" CreatePath="on")
${here}`
}

const silent = { info: () => {}, warn: () => {}, error: () => {}, debug: () => {} }

test.skipIf(missing !== undefined)(
  'rsyslog ships what Postfix writes to Kafka, and ingest stores it with its host',
  async () => {
    const broker = await startBroker()
    const running: ChildProcess[] = []
    const start = (command: string, args: string[], env: Record<string, string> = {}): ChildProcess => {
      const child = spawn(command, args, {
        env: { ...process.env, ...env },
        stdio: ['ignore', 'ignore', 'inherit'],
      })
      running.push(child)
      return child
    }
    try {
      const kafka = openKafka(
        { brokers: [broker.brokers], clientId: 'test', tls: undefined, sasl: undefined, decodeTries: 1 },
        silent,
      )
      const admin = kafka.admin()
      await admin.connect()
      await admin.createTopics({ topics: [{ topic: 'mail', numPartitions: 3 }], waitForLeaders: true })

      const socket = join(folder, 'log.socket')
      const config = join(folder, 'rsyslog.conf')
      writeFileSync(config, rsyslogConfig(socket, broker.brokers))
      start('rsyslogd', ['-n', '-f', config, '-i', join(folder, 'rsyslogd.pid')])
      const store = join(folder, 'store')
      mkdirSync(store)
      const metrics = await freePort()
      const ingest = start(
        process.execPath,
        [
          join(ROOT, 'cli/faultline.mjs'),
          'ingest',
          ...['--brokers', broker.brokers, '--topic', 'mail', '--data-dir', store],
          ...['--metrics', `127.0.0.1:${metrics}`, '--no-dns'],
        ],
        { FAULTLINE_LOG_LEVEL: 'error' },
      )

      const lines = Array.from(
        { length: LINES },
        (_, n) =>
          `4C1A${n}F: to=<user${n}@contoso.example>, relay=mx.contoso.example[192.0.2.9]:25, delay=1, delays=0/0/1/0, dsn=5.1.1, status=bounced (host mx.contoso.example[192.0.2.9] said: 550 5.1.1 User unknown (in reply to RCPT TO command))`,
      )
      // What is no mail log stays where it is.
      const log = (facility: string, tag: string, input: string) =>
        execFileSync('logger', ['-u', socket, '-p', `${facility}.info`, '-t', tag], { input })
      for (let tries = 0; globSync(socket).length === 0 && tries < 100; tries++) await sleep(50)
      log('user', 'cron', 'not for Kafka\n')
      log('mail', 'postfix/smtp[4711]', `${lines.join('\n')}\n`)

      const told = async () => {
        const answer = await fetch(`http://127.0.0.1:${metrics}/metrics`).catch(() => undefined)
        const [, n = '0'] =
          /^faultline_records_total\{.*"with_events"\} ([0-9]+)$/m.exec((await answer?.text()) ?? '') ?? []
        return Number(n)
      }
      await expect.poll(told, { timeout: 25_000, interval: 200 }).toBe(LINES)
      expect((await fetch(`http://127.0.0.1:${metrics}/ready`)).status).toBe(200)
      ingest.kill('SIGTERM')
      await ended(ingest)
      expect(ingest.exitCode).toBe(0)

      const read = await openEmbedded(store)
      try {
        expect(
          await read.query(
            'SELECT log_host, source_format, outcome, count() AS n, uniqExact(recipient) AS recipients, uniqExact(partition) AS partitions FROM delivery_events GROUP BY 1, 2, 3',
          ),
        ).toEqual([
          {
            log_host: 'mx1.example',
            source_format: 'postfix',
            outcome: 'bounced',
            n: LINES,
            recipients: LINES,
            partitions: 1,
          },
        ])
        expect(await read.query('SELECT sum(records) AS records FROM pipeline_stats')).toEqual([
          { records: LINES },
        ])
      } finally {
        await read.close()
      }

      // The key is the host, so that its lines stay in one partition, and in order.
      const consumer = kafka.consumer({ groupId: 'looks' })
      const keys = new Set<string>()
      await consumer.connect()
      await consumer.subscribe({ topics: ['mail'], fromBeginning: true })
      await consumer.run({
        eachBatch: async ({ batch }) => {
          for (const record of recordsOf(batch.messages)) keys.add(String(recordKey(record)))
        },
      })
      await expect.poll(() => [...keys], { timeout: 10_000 }).toEqual(['mx1.example'])
      await consumer.disconnect()
      await admin.disconnect()
    } finally {
      for (const child of running) child.kill('SIGTERM')
      await Promise.all(running.map(ended))
      await broker.close()
    }
  },
  90_000,
)
