import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import kafkajs from 'kafkajs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { FAULTLINE } from '../cli/faultline.ts'
import { makeAuthority, makeCertificate } from './certificates.ts'
import { missingBroker, startBroker, type TestBroker } from './kafka-broker.ts'
import { type Client, connectClient, refusal, TIMESTAMP } from './kafka-client.ts'
import { type Bench, openBench } from './kafka-ingest.ts'

const PASSWORD = 'openSesame7'
const WRONG = 'closedSesame8'

const missing = missingBroker()

// Listeners of our own are needed: a broker of somebody else's will not do.
describe.skipIf(missing !== undefined || process.env['KAFKA_BROKERS'])('brokers that ask who we are', () => {
  let folder: string
  let broker: TestBroker
  let bench: Bench
  let client: Client

  const at = (listener: string) => broker.listeners[listener] ?? ''
  const file = (name: string) => join(folder, name)
  const sasl = (mechanism: string, password = PASSWORD, username = 'reader') => ({
    mechanism,
    username,
    password,
  })

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'faultline-certificates-'))
    makeAuthority(folder, 'ca')
    makeAuthority(folder, 'other-ca')
    makeCertificate(folder, 'ca', 'broker')
    makeCertificate(folder, 'ca', 'reader')
    makeCertificate(folder, 'other-ca', 'stranger')
    const plain = 'org.apache.kafka.common.security.plain.PlainLoginModule required'
    const scram = 'org.apache.kafka.common.security.scram.ScramLoginModule required;'
    broker = await startBroker({
      listeners: { TLS: 'SSL', MUTUAL: 'SSL', SASL: 'SASL_PLAINTEXT', BOTH: 'SASL_SSL' },
      format: ['SCRAM-SHA-256', 'SCRAM-SHA-512'].flatMap((mechanism) => [
        '--add-scram',
        `${mechanism}=[name=reader,password=${PASSWORD}]`,
      ]),
      properties: [
        'ssl.keystore.type=PEM',
        `ssl.keystore.location=${file('broker.chain.pem')}`,
        'ssl.truststore.type=PEM',
        `ssl.truststore.location=${file('ca.pem')}`,
        'listener.name.mutual.ssl.client.auth=required',
        ...['sasl', 'both'].flatMap((name) => [
          `listener.name.${name}.sasl.enabled.mechanisms=PLAIN,SCRAM-SHA-256,SCRAM-SHA-512`,
          `listener.name.${name}.plain.sasl.jaas.config=${plain} user_reader="${PASSWORD}" user_nobody="${PASSWORD}";`,
          `listener.name.${name}.scram-sha-256.sasl.jaas.config=${scram}`,
          `listener.name.${name}.scram-sha-512.sasl.jaas.config=${scram}`,
        ]),
        'authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer',
        'super.users=User:ANONYMOUS;User:reader;User:CN=reader',
      ],
    })
    client = await connectClient(broker.brokers)
    bench = await openBench()
  }, 120_000)
  afterAll(async () => {
    await client?.close()
    await bench?.close()
    await broker?.close()
    rmSync(folder, { recursive: true })
  })

  /** A line, and a record that nobody can read. */
  async function send(topic: string): Promise<void> {
    await client.admin.createTopics({ topics: [{ topic }] })
    const messages = [refusal('A1000'), '{'].map((value) => ({ value, timestamp: TIMESTAMP }))
    await client.producer.send({ topic, messages })
  }

  const tls = () => ({ ca: file('ca.pem') })
  const certificate = (name = 'reader') => ({ cert: file(`${name}.pem`), key: file(`${name}.key`) })

  test.each([
    ['TLS', 'TLS', () => ({ tls: tls() })],
    ['mutual TLS', 'MUTUAL', () => ({ tls: { ...tls(), ...certificate() } })],
    ['SASL PLAIN', 'SASL', () => ({ sasl: sasl('plain') })],
    ['SCRAM-SHA-256', 'SASL', () => ({ sasl: sasl('scram-sha-256') })],
    ['SCRAM-SHA-512 over TLS', 'BOTH', () => ({ tls: tls(), sasl: sasl('scram-sha-512') })],
  ])(
    'are read with %s, and take its dead letters',
    async (name, listener, how) => {
      const topic = name.replaceAll(' ', '-')
      await send(topic)
      await bench.readUntil(
        { brokers: [at(listener)], topics: [topic], group: topic, ...how() },
        async () => (await bench.records(topic)) === 2,
      )
      const [row] = await bench.store.query(
        'SELECT count() AS n, any(queue_id) AS id FROM delivery_events WHERE topic = {topic:String}',
        { topic },
      )
      expect(row).toEqual({ n: 1, id: 'A1000' })
      const ends = await client.admin.fetchTopicOffsets(`${topic}.dlq`)
      expect(ends.map(({ high }) => high)).toEqual(['1'])
    },
    60_000,
  )

  test('say once which right is missing, and are read when it is given', async () => {
    await send('rights')
    const { DESCRIBE, READ } = kafkajs.AclOperationTypes
    const { TOPIC: topics, GROUP: groups } = kafkajs.AclResourceTypes
    const allow = (operation: number, resourceType: number, resourceName: string) =>
      client.admin.createAcls({
        acl: [
          {
            resourceType,
            resourceName,
            resourcePatternType: kafkajs.ResourcePatternTypes.LITERAL,
            principal: 'User:nobody',
            host: '*',
            operation,
            permissionType: kafkajs.AclPermissionTypes.ALLOW,
          },
        ],
      })
    const steps: [says: string, next: () => Promise<unknown>][] = [
      ['rights: no such topic at 127.0.0.1:', () => allow(DESCRIBE, topics, 'rights')],
      [
        `the brokers at ${at('SASL')} name no coordinator for the group watchers: the user needs Read on it`,
        () => allow(READ, groups, 'watchers'),
      ],
      [
        'the brokers do not allow reading this topic: the user needs Read and Describe',
        () => allow(READ, topics, 'rights'),
      ],
    ]
    bench.said.length = 0
    const nobody = { topics: ['rights'], group: 'watchers', sasl: sasl('plain', PASSWORD, 'nobody') }
    await bench.readUntil({ brokers: [at('SASL')], dead_letter_topic: false, ...nobody }, async () => {
      const [step] = steps
      if (step !== undefined && bench.said.some((text) => text.startsWith(step[0]))) {
        await step[1]()
        steps.shift()
      }
      return (await bench.records('rights')) === 2
    })
    expect(steps).toEqual([])
    const errors = bench.said.filter((text) => /no such topic|do not allow|coordinator/.test(text))
    expect(new Set(errors).size).toBe(errors.length)
  }, 90_000)

  test('whose user is changed while we read are tried again until it is mended', async () => {
    await send('changed')
    const properties = join(broker.folder, 'server.properties')
    const asItWas = readFileSync(properties, 'utf8')
    async function restart(text: string): Promise<void> {
      await broker.stop()
      writeFileSync(properties, text)
      await broker.start()
    }
    let step = 0
    bench.said.length = 0
    const settings = { topics: ['changed'], group: 'changed', sasl: sasl('plain') }
    await bench.readUntil({ brokers: [at('SASL')], ...settings }, async () => {
      const n = await bench.records('changed')
      if (step === 0 && n === 2) {
        step = 1
        await restart(asItWas.replaceAll(`user_reader="${PASSWORD}"`, 'user_reader="another"'))
      }
      if (step === 1 && bench.said.some((text) => text.includes('refuse the user or the password'))) {
        step = 2
        await restart(asItWas)
        await send('changed')
      }
      return n === 4
    })
    expect(step).toBe(2)
  }, 120_000)

  /** What a command that reads Kafka says, and its exit code. */
  function outcome(command: string, kafka: object): Promise<{ text: string; code: number | null }> {
    const config = join(folder, `${Math.random()}.json`)
    writeFileSync(
      config,
      JSON.stringify({
        data_dir: mkdtempSync(join(folder, 'data-')),
        log_level: 'trace',
        web: { port: 0 },
        clickhouse: { port: 0 },
        dns: { enabled: false },
        evaluator: { enabled: false },
        kafka: { topics: ['mail'], ...kafka },
      }),
    )
    const child = spawn(process.execPath, [FAULTLINE, command, '--config', config])
    let text = ''
    return new Promise((resolve) => {
      for (const stream of [child.stdout, child.stderr])
        stream.on('data', (chunk: Buffer) => {
          text += chunk
        })
      child.on('close', (code) => resolve({ text, code }))
    })
  }

  test.each([
    [
      'a wrong password',
      'SASL',
      () => ({ sasl: sasl('plain', WRONG) }),
      'refuse the user or the password (SASL plain): see kafka.sasl',
    ],
    [
      'a wrong password of SCRAM',
      'SASL',
      () => ({ sasl: sasl('scram-sha-512', WRONG) }),
      'refuse the user or the password (SASL scram-sha-512): see kafka.sasl',
    ],
    [
      'an unknown user',
      'BOTH',
      () => ({ tls: tls(), sasl: sasl('scram-sha-256', WRONG, 'unknown') }),
      'refuse the user or the password (SASL scram-sha-256): see kafka.sasl',
    ],
    [
      'another authority',
      'TLS',
      () => ({ tls: { ca: file('other-ca.pem') } }),
      'is of an authority that is not trusted: see kafka.tls.ca',
    ],
    [
      'another name',
      'TLS',
      () => ({ tls: { ...tls(), server_name: 'kafka.example' } }),
      'bears another name: see kafka.tls.server_name',
    ],
    [
      'no certificate of ours',
      'MUTUAL',
      () => ({ tls: tls() }),
      'refuse our certificate, or want one: see kafka.tls.cert and kafka.tls.key',
    ],
    [
      'a certificate of another authority',
      'MUTUAL',
      () => ({ tls: { ...tls(), ...certificate('stranger') } }),
      'refuse our certificate, or want one: see kafka.tls.cert and kafka.tls.key',
    ],
  ])(
    '%s: one line and exit code 2',
    async (_, listener, how, says) => {
      const { text, code } = await outcome('ingest', { brokers: [at(listener)], ...how() })
      const plain = text.split('\n').filter((one) => one !== '' && !one.startsWith('{'))
      expect(plain).toEqual([expect.stringMatching(/^faultline ingest: the /)])
      expect(plain[0]).toContain(`brokers at ${at(listener)} ${says}`)
      expect(code).toBe(2)
      for (const secret of [PASSWORD, WRONG]) {
        expect(text).not.toContain(secret)
        expect(text).not.toContain(Buffer.from(secret).toString('base64'))
      }
    },
    60_000,
  )

  test('end run in order, too', async () => {
    const { text, code } = await outcome('run', { brokers: [at('SASL')], sasl: sasl('plain', WRONG) })
    expect(text).toMatch(/^faultline run: the brokers at .* refuse the user or the password/m)
    expect(text).not.toMatch(/\bat .*[.]ts:[0-9]/)
    expect(code).toBe(2)
  }, 60_000)
})
