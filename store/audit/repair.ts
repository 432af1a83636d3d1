import { rebuildRollUps } from '../recover.ts'
import type { Store } from '../store.ts'
import type { PartitionAudit } from './audit.ts'

/**
 * Makes the roll-ups of the partitions anew whose roll-ups differ from their rows, and gives these partitions. A worker that
 * loses its partition while it recovers a block, and is killed between two statements, can leave them so. Nobody may read
 * these partitions meanwhile: what is stored between the two statements here would count twice.
 */
export async function repairRollUps(
  store: Store,
  audited: readonly PartitionAudit[],
): Promise<PartitionAudit[]> {
  const wrong = audited.filter(({ roll_up }) => roll_up !== 0)
  for (const { topic, partition, first, last } of wrong)
    await rebuildRollUps(store, { topic, partition, first, last })
  return wrong
}
