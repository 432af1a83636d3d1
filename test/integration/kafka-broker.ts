import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { connect, createServer } from 'node:net'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { mendRequestQueue } from '../../ingest/sources/kafka/request-queue.ts'

/** Apache Kafka as Maven Central has it; its jars are kept between runs. */
const VERSION = '4.3.1'
const CACHE = join(homedir(), '.cache/faultline', `kafka-${VERSION}`)

const POM = `<project xmlns="http://maven.apache.org/POM/4.0.0">
<modelVersion>4.0.0</modelVersion><groupId>faultline</groupId><artifactId>test-broker</artifactId><version>1</version>
<packaging>pom</packaging>
<dependencies><dependency><groupId>org.apache.kafka</groupId><artifactId>kafka_2.13</artifactId><version>${VERSION}</version></dependency></dependencies>
</project>`

/** A broker for tests. */
export interface TestBroker {
  /** host:port, as clients take it. */
  brokers: string
  /** The same of the further listeners, by name. */
  listeners: Record<string, string>
  /** Ends it at once, as a power cut would; its log stays. Only a broker of our own. */
  kill(): Promise<void>
  /** Ends it in order. */
  stop(): Promise<void>
  /** Where its log is; '' for a broker that is not ours. */
  folder: string
  /** Starts it again on the same port and log. */
  start(): Promise<void>
  /** Ends it and deletes its log. */
  close(): Promise<void>
}

/** Settings besides those that every test broker has. */
export interface BrokerOptions {
  /** Further lines of server.properties; `{folder}` stands for the broker's folder. */
  properties?: readonly string[]
  /** Arguments of the first format, as \`--add-scram\` takes them. */
  format?: readonly string[]
  /** Called with the broker's folder before it is started: for key stores. */
  prepare?: (folder: string) => void
  /** Listeners besides the plain one, by name. */
  listeners?: Record<string, 'SSL' | 'SASL_PLAINTEXT' | 'SASL_SSL'>
}

function run(command: string, args: string[]): string | undefined {
  try {
    execFileSync(command, args, { stdio: ['ignore', 'ignore', 'pipe'] })
    return undefined
  } catch (error) {
    const { code, stderr, message } = error as { code?: string; stderr?: Buffer; message: string }
    return code === 'ENOENT'
      ? `there is no ${command}`
      : (stderr?.toString().trim() || message).split('\n')[0]
  }
}

/** The folder of the jars; fetched with Maven where they are not there yet. Gives a reason where they can't be had. */
function jars(): { lib: string } | { missing: string } {
  const java = run('java', ['-version'])
  if (java !== undefined) return { missing: java }
  const lib = join(CACHE, 'lib')
  if (existsSync(join(CACHE, 'complete'))) return { lib }
  mkdirSync(CACHE, { recursive: true })
  writeFileSync(join(CACHE, 'pom.xml'), POM)
  const failed = run('mvn', [
    '-q',
    '-B',
    '-f',
    join(CACHE, 'pom.xml'),
    'dependency:copy-dependencies',
    `-DoutputDirectory=${lib}`,
  ])
  if (failed !== undefined) return { missing: `Kafka's jars can't be fetched: ${failed}` }
  writeFileSync(join(CACHE, 'complete'), '')
  return { lib }
}

/** Why tests with a broker are skipped; undefined where they run. Under CI=true they always run. */
export function missingBroker(): string | undefined {
  if (process.env['KAFKA_BROKERS']) return undefined
  const found = jars()
  if ('lib' in found) return undefined
  if (process.env['CI'] === 'true') throw new Error(`tests with Kafka must run under CI: ${found.missing}`)
  console.error(
    `skipped: tests with a Kafka broker (${found.missing}; set KAFKA_BROKERS, or install Java and Maven)`,
  )
  return found.missing
}

/** A port that is free now, on 127.0.0.1. */
export function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number }
      server.close(() => resolve(port))
    })
  })
}

function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false))
    socket.once('connect', () => socket.destroy())
  })
}

/** Starts a single KRaft node on free ports, or takes \`KAFKA_BROKERS\`. Throws with the end of its log where it fails. */
export async function startBroker(options: BrokerOptions = {}): Promise<TestBroker> {
  // For the clients of tests, too.
  mendRequestQueue()
  const given = process.env['KAFKA_BROKERS']
  if (given && options.listeners === undefined)
    return {
      brokers: given,
      listeners: {},
      folder: '',
      kill: foreign,
      stop: foreign,
      start: foreign,
      close: async () => {},
    }
  const found = jars()
  if ('missing' in found) throw new Error(found.missing)
  const folder = mkdtempSync(join(tmpdir(), 'faultline-kafka-'))
  const [port, internal, controller] = [await freePort(), await freePort(), await freePort()]
  const further = await Promise.all(
    Object.entries(options.listeners ?? {}).map(async ([name, protocol]) => ({
      name,
      protocol,
      at: `127.0.0.1:${await freePort()}`,
    })),
  )
  options.prepare?.(folder)
  const properties = [
    'process.roles=broker,controller',
    'node.id=1',
    `listeners=${[
      `CLIENT://127.0.0.1:${port}`,
      `INTERNAL://127.0.0.1:${internal}`,
      `CONTROLLER://127.0.0.1:${controller}`,
      ...further.map(({ name, at }) => `${name}://${at}`),
    ]}`,
    `listener.security.protocol.map=${[
      'CLIENT:PLAINTEXT',
      'INTERNAL:PLAINTEXT',
      'CONTROLLER:PLAINTEXT',
      ...further.map(({ name, protocol }) => `${name}:${protocol}`),
    ]}`,
    'controller.listener.names=CONTROLLER',
    'inter.broker.listener.name=INTERNAL',
    `controller.quorum.voters=1@127.0.0.1:${controller}`,
    `log.dirs=${join(folder, 'log')}`,
    'offsets.topic.replication.factor=1',
    'offsets.topic.num.partitions=1',
    'transaction.state.log.replication.factor=1',
    'transaction.state.log.min.isr=1',
    'group.initial.rebalance.delay.ms=0',
    'group.min.session.timeout.ms=1000',
    'auto.create.topics.enable=false',
    // Tests' records bear old time stamps.
    'log.retention.ms=-1',
    'log.retention.check.interval.ms=500',
    'log.initial.task.delay.ms=500',
    'file.delete.delay.ms=500',
    ...(options.properties ?? []).map((line) => line.replaceAll('{folder}', folder)),
  ]
  const file = join(folder, 'server.properties')
  writeFileSync(file, `${properties.join('\n')}\n`)
  const output = join(folder, 'output.log')
  const java = (memory: string, main: string, args: string[]) => [
    `-Xmx${memory}`,
    '-XX:TieredStopAtLevel=1',
    '-cp',
    `${found.lib}/*`,
    main,
    ...args,
  ]
  execFileSync(
    'java',
    java('128m', 'kafka.tools.StorageTool', [
      'format',
      '-t',
      '4L6g3nShT-eMCtK--X86sw',
      '-c',
      file,
      ...(options.format ?? []),
    ]),
    { stdio: 'ignore' },
  )
  let child: ChildProcess | undefined

  async function start(): Promise<void> {
    const started = spawn('java', java('320m', 'kafka.Kafka', [file]), { stdio: ['ignore', 'pipe', 'pipe'] })
    child = started
    for (const stream of [started.stdout, started.stderr])
      stream?.on('data', (chunk: Buffer) => appendFileSync(output, chunk))
    for (let waited = 0; waited < 90_000; waited += 100) {
      if (started.exitCode !== null) break
      if (await listens(port)) return
      await sleep(100)
    }
    throw new Error(`the broker did not start:\n${readFileSync(output, 'utf8').slice(-2000)}`)
  }

  async function end(signal: NodeJS.Signals): Promise<void> {
    const ending = child
    child = undefined
    if (ending === undefined || ending.exitCode !== null) return
    const ended = new Promise((resolve) => ending.once('exit', resolve))
    ending.kill(signal)
    await ended
  }
  const kill = () => end('SIGKILL')

  await start()
  return {
    brokers: `127.0.0.1:${port}`,
    listeners: Object.fromEntries(further.map(({ name, at }) => [name, at])),
    folder,
    kill,
    stop: () => end('SIGTERM'),
    start,
    async close() {
      await kill()
      rmSync(folder, { recursive: true, force: true, maxRetries: 3 })
    },
  }
}

async function foreign(): Promise<void> {
  throw new Error('KAFKA_BROKERS is not ours to stop')
}
