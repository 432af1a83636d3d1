import { openKafka } from '../ingest/sources/kafka/client.ts'
import { kafkaFault } from '../ingest/sources/kafka/fault.ts'
import { audit, type PartitionAudit } from '../store/audit/audit.ts'
import { repairRollUps } from '../store/audit/repair.ts'
import { loadConfiguration } from './arguments/configuration.ts'
import { openStore, storeFlags } from './arguments/open-store.ts'
import { parseOptions } from './arguments/options.ts'
import { READ_OPTIONS } from './arguments/reading.ts'
import { UsageError } from './arguments/usage-error.ts'
import { clientOptions, KAFKA_OPTIONS, kafkaFlags } from './loading/kafka-source.ts'
import { print, rowFormat, rowsText } from './output/rows.ts'

const HELP = `faultline audit [--data-dir DIR | --url URL] [--brokers LIST] [--repair] [--config FILE] [--json | --csv]

Proves from the tables that no Kafka offset is missing or doubled: the blocks of each partition join without a gap,
events, correlated, ignored and dead records sum to their offsets, each row is there once, and the roll-ups are equal.
With the brokers it also says how far the tables are behind the log. Exit code 1 where something is wrong.

  --data-dir DIR   folder of the embedded store (default: faultline-data)
  --url URL        a ClickHouse server instead: http://user:password@host:8123
  --brokers LIST   host:port,host:port; also from the configuration
  --repair         make roll-ups equal to the rows where they differ
  --json, --csv    instead of a table
  --config FILE    brokers with TLS and SASL (see faultline config)

example:  faultline audit --url http://127.0.0.1:8123`

type Audited = PartitionAudit & { log_first?: number; log_next?: number; behind?: number }

const COLUMNS = [
  'topic',
  'partition',
  'first',
  'last',
  'records',
  'with_events',
  'events',
  'correlated',
  'ignored',
  'dead',
  'replayed',
  'lost',
  'missing',
  'doubled',
  'unbalanced',
  'roll_up',
]

/** Adds what the brokers say of each partition. A topic that was made again is another one to them. */
async function withLog(
  rows: PartitionAudit[],
  config: ReturnType<typeof loadConfiguration>,
): Promise<Audited[]> {
  const quiet = () => {}
  const kafka = openKafka(clientOptions(config.kafka), {
    info: quiet,
    warn: quiet,
    error: quiet,
    debug: quiet,
  })
  const admin = kafka.admin({ retry: { retries: 2 } })
  try {
    await admin.connect()
    const known = await admin.listTopics()
    const all: Audited[] = []
    const logs = new Map<string, Awaited<ReturnType<typeof admin.fetchTopicOffsets>>>()
    // Only the newest of those that bear a topic's name is in the log.
    const newest = new Map(rows.map(({ topic }) => [topic.split('@')[0] ?? topic, topic]))
    for (const row of rows) {
      const name = row.topic.split('@')[0] ?? row.topic
      if (!known.includes(name) || newest.get(name) !== row.topic) {
        all.push(row)
        continue
      }
      if (!logs.has(name)) logs.set(name, await admin.fetchTopicOffsets(name))
      const log = logs.get(name)?.find(({ partition }) => partition === row.partition)
      const next = Number(log?.high ?? row.last + 1)
      all.push({ ...row, log_first: Number(log?.low ?? 0), log_next: next, behind: next - row.last - 1 })
    }
    return all
  } catch (error) {
    const { brokers, group, sasl } = config.kafka
    throw new UsageError(kafkaFault(error, { brokers, group, mechanism: sasl?.mechanism ?? '' }))
  } finally {
    await admin.disconnect()
  }
}

/** `faultline audit`: see HELP. Gives the exit code. */
export async function auditCommand(args: string[]): Promise<number> {
  const { brokers, group } = KAFKA_OPTIONS
  const options = {
    ...READ_OPTIONS,
    brokers,
    group,
    csv: { type: 'boolean', default: false },
    repair: { type: 'boolean', default: false },
  } as const
  const { values } = parseOptions('audit', args, options)
  if (values.help) {
    console.log(HELP)
    return 0
  }
  const config = loadConfiguration(values.config, {
    ...kafkaFlags(values),
    ...storeFlags(values),
  })
  const store = await openStore(config)
  try {
    const found = await audit(store)
    const repaired = values.repair ? await repairRollUps(store, found) : []
    if (values.repair)
      console.error(`${repaired.length} partitions had their roll-ups made equal to their rows`)
    const rows = repaired.length > 0 ? await audit(store) : found
    const asksBrokers = config.kafka.brokers.length > 0
    const audited = asksBrokers ? await withLog(rows, config) : rows
    const columns = asksBrokers ? [...COLUMNS, 'log_first', 'log_next', 'behind'] : COLUMNS
    await print(rowsText(rowFormat(values), columns, audited as unknown as Record<string, unknown>[]))
    const sum = (name: 'records' | 'lost' | 'missing' | 'doubled' | 'unbalanced') =>
      rows.reduce((total, row) => total + row[name], 0)
    const isEqual = rows.every(({ roll_up }) => roll_up === 0)
    console.error(
      `${rows.length} partitions, ${sum('records')} records: ${sum('missing')} missing, ${sum('doubled')} doubled, ` +
        `${sum('lost')} gone from the log before they were read; dispositions ${sum('unbalanced') === 0 ? 'add up' : 'do not add up'}; ` +
        `the roll-ups are ${isEqual ? 'equal' : 'not equal'}`,
    )
    return sum('missing') + sum('doubled') + sum('unbalanced') === 0 && isEqual ? 0 : 1
  } finally {
    await store.close()
  }
}
