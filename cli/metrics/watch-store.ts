import { StatementError, type Store } from '../../store/store.ts'

/** A store of which it is known whether it does its work. */
export interface WatchedStore {
  store: Store
  /** What the store said when it last failed; '' where it answers and takes rows. */
  fault(): string
}

/** Watches a store: what is away is no answer; what answers may still refuse rows, as a full disk does. */
export function watchStore(watched: Store): WatchedStore {
  let away = ''
  let refused = ''

  async function noted<T>(answer: Promise<T>, isInsert: boolean): Promise<T> {
    try {
      const result = await answer
      away = ''
      if (isInsert) refused = ''
      return result
    } catch (error) {
      const isAnswer = error instanceof StatementError
      away = isAnswer ? '' : (error as Error).message
      if (isInsert && isAnswer) refused = error.message
      throw error
    }
  }

  return {
    store: {
      embedded: watched.embedded,
      query: <Row>(sql: string, params?: Record<string, unknown>) =>
        noted(watched.query<Row>(sql, params), false),
      queryColumns: <Row>(sql: string, params?: Record<string, unknown>) =>
        noted(watched.queryColumns<Row>(sql, params), false),
      command: (sql, params) => noted(watched.command(sql, params), false),
      insertNative: (table, columns, block, token) =>
        noted(watched.insertNative(table, columns, block, token), true),
      close: () => watched.close(),
    },
    fault: () => away || refused,
  }
}
