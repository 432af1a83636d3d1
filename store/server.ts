import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { finished } from 'node:stream/promises'
import { ClickHouseLogLevel, createClient } from '@clickhouse/client'
import { readNative } from './native-columns.ts'
import { insertSettings, type Store, storeError } from './store.ts'

// A reader's question ends after so long, as in the embedded store; the client waits a little longer, for the server's word.
const READ_SECONDS = 60

// An insert is done when its shard has it; what a statement asks within IN is asked once for all shards.
const ON_CLUSTER = { distributed_foreground_insert: 1, prefer_global_in_and_join: 1 } as const

/**
 * A ClickHouse server (or another faultline's endpoint) over HTTP. `url` may carry user, password and database;
 * `cluster` is the name of the one that its tables lie on.
 */
export function openServer(url: string, cluster?: string): Store {
  const { username, password, pathname, origin } = new URL(url)
  const database = decodeURIComponent(pathname.slice(1)) || 'faultline'
  const client = createClient({
    url: origin,
    username: decodeURIComponent(username) || 'default',
    password: decodeURIComponent(password),
    database,
    application: 'faultline',
    request_timeout: (READ_SECONDS + 5) * 1000,
    // What fails is thrown, and told once in one line.
    log: { level: ClickHouseLogLevel.OFF },
    clickhouse_settings: {
      output_format_json_quote_64bit_integers: 0,
      wait_end_of_query: 1,
      ...(cluster === undefined ? {} : ON_CLUSTER),
    },
  })

  async function asked<T>(answer: Promise<T>): Promise<T> {
    try {
      return await answer
    } catch (error) {
      throw storeError(origin, error)
    }
  }

  return {
    embedded: false,
    ...(cluster === undefined ? {} : { cluster }),
    async query<Row>(sql: string, params?: Record<string, unknown>): Promise<Row[]> {
      const result = await asked(
        client.query({
          query: sql,
          format: 'JSONEachRow',
          clickhouse_settings: { max_execution_time: READ_SECONDS },
          ...(params && { query_params: params }),
        }),
      )
      return asked(result.json<Row>())
    },
    async queryColumns<Row>(sql: string, params?: Record<string, unknown>) {
      const { stream } = await asked(
        client.exec({
          query: `${sql}\nFORMAT Native`,
          clickhouse_settings: { max_execution_time: READ_SECONDS },
          ...(params && { query_params: params }),
        }),
      )
      return readNative<Row>(await asked(buffer(stream)))
    },
    async command(sql, params) {
      await asked(client.command({ query: sql, ...(params && { query_params: params }) }))
    },
    async insertNative(table, columns, block, token) {
      const names = columns.map((name) => `\`${name}\``).join(', ')
      const { stream } = await asked(
        client.exec({
          query: `INSERT INTO ${table} (${names}) FORMAT Native`,
          values: Readable.from([block]),
          clickhouse_settings: insertSettings(token),
        }),
      )
      // Read to its end, or the connection is never free again.
      await asked(finished(stream.resume()))
    },
    close: () => client.close(),
  }
}
