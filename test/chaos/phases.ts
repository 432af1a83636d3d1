import type { KillAt } from './processes.ts'

const INTENT = '"faultline":1,"topic_id":"[^"]*","last":[0-9]'
const COMMIT = '"faultline":1,"topic_id":"[^"]*","last":-1'
const into = (table: string) => `INSERT[+ ]INTO[+ ]${table}|INSERT%20INTO%20${table}`
/** Every moment of a block at which a worker may die. */
export const PHASES: readonly Omit<KillAt, 'nth'>[] = [
  INTENT,
  into('delivery_events'),
  into('dead_letters'),
  into('pipeline_stats'),
  into('ingest_progress'),
  COMMIT,
].flatMap((words) => [
  { words, when: 'before' as const },
  { words, when: 'after' as const },
])
