import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Logger } from 'pino'
import type { PipelineState } from '../../ingest/pipeline.ts'
import { openPipeline } from '../../ingest/pipeline.ts'
import { follow } from '../../ingest/sources/follow.ts'
import type { Generation } from '../../ingest/sources/generation.ts'
import { readLines } from '../../ingest/sources/lines.ts'
import { LostRecords, runWorker } from '../../ingest/worker.ts'
import type { Config } from '../../schemas/config.ts'
import type { ProgressRow } from '../../schemas/pipeline.ts'
import type { Store } from '../../store/store.ts'
import { keepProgress, readProgress, readState } from '../../store/writer.ts'
import { recordOptions } from '../arguments/record-options.ts'
import { type AttachDns, fileKeeper, freshProgress, type Stored } from './load.ts'

function generationOf(row: ProgressRow): Generation {
  const { partition: number, device, inode, head_bytes, head_hash, committed: offset, modified } = row
  return { number, device, inode, head_bytes, head_hash, offset, modified }
}

/**
 * Follows one file into the store until the signal, from where the last run stopped. A message that spans a rotation
 * stays one: each generation begins with what the one before it knew. Throws what reading or storing throws.
 */
export async function followFile(
  store: Store,
  source: Config['follow'][number],
  config: Config,
  stored: Stored,
  signal: AbortSignal,
  log: Logger,
  attachDns?: AttachDns,
): Promise<void> {
  const path = resolve(source.path)
  const { limits } = config
  const options = recordOptions(config, source.format, source.time_zone)
  const blocks = { bytes: limits.block_bytes, rows: limits.block_rows, age: limits.block_seconds * 1000 }
  const known = await readProgress(store, path)
  const last = known.at(-1)
  let state: PipelineState | undefined = last && {
    previous: last.previous,
    correlator: (await readState(store, path, last.partition))?.correlator ?? [],
  }
  const followed = follow(path, {
    known: known.map(generationOf),
    pollMs: limits.poll_seconds * 1000,
    graceMs: limits.rotation_grace_seconds * 1000,
    signal,
    broken: (file, error) =>
      log.error({ path: file }, `the rest of this file can't be read: ${error.message}`),
  })
  if (!existsSync(path)) log.warn({ path }, 'not there yet: it is followed as soon as it is')
  for await (const { generation, chunks } of followed) {
    // A file that was read before, and is back under the path, goes on with its own rows.
    const before = (await readProgress(store, path)).find(({ partition }) => partition === generation.number)
    const progress = before ?? freshProgress(path, generation)
    // Kept before its first block is, so that it is looked for where it is rotated after we were killed.
    if (before === undefined) await keepProgress(store, progress)
    const pipeline = openPipeline(
      options,
      progress.intent_last === -1 ? generation.modified : progress.reference,
      state,
    )
    log.info({ path, generation: generation.number, offset: progress.committed }, 'following')
    const keep = fileKeeper(store, progress, generation, stored, attachDns)
    const lines = readLines(chunks, { offset: progress.committed, maxLineBytes: limits.line_bytes })
    try {
      await runWorker(lines, pipeline, blocks, progress.intent_last, {
        store: async (checkpoint) => {
          await keep(checkpoint)
          generation.offset = checkpoint.block.next
        },
        reference: () => generation.modified,
        ...(attachDns === undefined ? {} : { seen: attachDns.seen }),
        signal,
      })
    } catch (error) {
      if (!(error instanceof LostRecords)) throw error
      log.error({ path, generation: generation.number }, error.message)
      await keepProgress(store, { ...progress, intent_last: -1, version: progress.version + 1 })
    }
    const { previous, correlator } = pipeline.stage(true)
    state = { previous, correlator: [correlator] }
  }
}
