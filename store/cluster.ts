/** Tables whose rows lie on the shard of their source: both large, and written with its blocks. */
const SHARDED = [
  'delivery_events',
  'attempts_1m',
  'attempts_1h',
  'sources_1m',
  'dead_letters',
  'pipeline_stats',
] as const

const isSharded = (table: string) => (SHARDED as readonly string[]).includes(table)

/** What the rows of a shard lie in, under the table that all ask. */
export const localTable = (table: string) => `${table}_local`

/** A name in the form in which a statement takes any. */
const quoted = (name: string) => `\`${name.replace(/[\\`]/g, (c) => `\\${c}`)}\``

// A source's rows stay together, so that its blocks are whole blocks on one shard, known again by their token.
const SHARD_BY = 'cityHash64(topic, partition)'
// Remembered blocks: on a replicated table by number and by age. A month is longer than any outage that is waited out.
const WINDOW = 'replicated_deduplication_window = 10000, replicated_deduplication_window_seconds = 2592000'

const CREATE =
  /^(CREATE (?:TABLE IF NOT EXISTS|TABLE|MATERIALIZED VIEW|VIEW)) ([a-z0-9_]+)(?: TO ([a-z0-9_]+))?/m
// What changes neither the kinds of columns nor the engine is done where the rows lie; what all ask stays as it is.
const ALTER =
  /^ALTER TABLE ([a-z0-9_]+) (?=MODIFY SETTING|MODIFY COLUMN [a-z_]+ (?:CODEC|[A-Za-z0-9]+ ALIAS)|(?:ADD|DROP|MATERIALIZE) PROJECTION|(?:ADD|DROP|MATERIALIZE) INDEX)/m
// ... but for what is computed of a row, which both say for themselves.
const COMPUTED = /^ALTER TABLE .* ALIAS /m
const ENGINE = /^ENGINE = ((?:[A-Z][a-z]+)*MergeTree)(?:\(([a-z_]+)\))?/m

/**
 * A statement of a migration as a cluster takes it. Tables are replicated: large ones lie on the shard of their source as
 * `NAME_local`, under a Distributed table of their name; small ones are whole on every node. Materialized views read and
 * write within a shard. A statement of any other kind is refused with an Error: nobody has said what it means there.
 */
export function onCluster(statement: string, cluster: string): string[] {
  const on = `ON CLUSTER ${quoted(cluster)}`
  const [altered, changed = ''] = ALTER.exec(statement) ?? []
  if (altered !== undefined) {
    const [local, all] = [localTable(changed), changed]
    const tables = !isSharded(changed) ? [all] : COMPUTED.test(statement) ? [local, all] : [local]
    return tables.map((table) => statement.replace(altered, `ALTER TABLE ${table} ${on} `))
  }
  const [head, verb = '', name = '', target = ''] = CREATE.exec(statement) ?? []
  if (head === undefined)
    throw new Error(`no CREATE that a cluster is known to take: ${statement.slice(0, 60)}`)
  if (verb === 'CREATE VIEW') return [statement.replace(head, `${verb} ${name} ${on}`)]
  if (verb === 'CREATE MATERIALIZED VIEW')
    return [
      statement
        .replace(head, `${verb} ${name} ${on} TO ${localTable(target)}`)
        .replace('FROM delivery_events', `FROM ${localTable('delivery_events')}`)
        .replaceAll('delivery_events.', `${localTable('delivery_events')}.`),
    ]
  const sharded = isSharded(name)
  const table = sharded ? localTable(name) : name
  // Without the shard in its path all nodes are replicas of one table.
  const path = `/clickhouse/tables/${sharded ? '{shard}' : 'all'}/{database}/${table}`
  const created = statement
    .replace(head, `${verb} ${table} ${on}`)
    .replace(ENGINE, (_all, engine: string, version?: string) => {
      const replica = sharded ? '{replica}' : '{shard}-{replica}'
      const rest = version === undefined ? '' : `, ${version}`
      return `ENGINE = Replicated${engine}('${path}', '${replica}'${rest})`
    })
    .replace('non_replicated_deduplication_window = 10000', WINDOW)
  if (!sharded) return [created]
  return [
    created,
    `${verb} ${name} ${on} AS ${table} ENGINE = Distributed(${quoted(cluster)}, currentDatabase(), ${table}, ${SHARD_BY})`,
  ]
}
