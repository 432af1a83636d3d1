import { levelRollUps } from '../roll-ups.ts'
import type { Store } from '../store.ts'
import type { PartitionAudit } from './audit.ts'

/** Makes the roll-ups of the partitions equal to their rows where they differ, and gives these partitions. */
export async function repairRollUps(
  store: Store,
  audited: readonly PartitionAudit[],
): Promise<PartitionAudit[]> {
  const wrong = audited.filter(({ roll_up }) => roll_up !== 0)
  for (const { topic, partition, first, last } of wrong)
    await levelRollUps(store, { topic, partition, first, last })
  return wrong
}
