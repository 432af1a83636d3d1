import { queriesOf } from '../store/query-files.ts'

/** The text of a query of this folder. The SQL is the one definition of the facts. */
export const sql = queriesOf(import.meta.dirname)
