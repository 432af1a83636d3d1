import type { LoggedEvent } from '../schemas/event.ts'
import { addRecord, type Block, closeBlock, coverBytes, openBlock, rowsIn } from './block.ts'
import type { Disposition } from './formats/format.ts'
import type { Pipeline, PipelineStage } from './pipeline.ts'
import type { LineBlock } from './sources/lines.ts'

/** When a block is full. */
export interface BlockLimits {
  bytes: number
  rows: number
  /** Milliseconds for which a block waits for more; Infinity where the source ends by itself. */
  age: number
}

/** What is kept with a block: where to go on after it, and what its pipeline knew then. */
export interface Checkpoint {
  block: Block
  stage: PipelineStage
  /** The arrival time by which the block's year-less stamps were resolved. */
  reference: number
}

/** What a worker needs of the outside. */
export interface WorkerPorts {
  /** Stores a block and what goes with it; called in order, never twice at a time. */
  store(checkpoint: Checkpoint): Promise<void>
  /** Told the events of a record at once, long before their block is stored; must not throw or wait. */
  seen?(events: readonly LoggedEvent[]): void
  /** The arrival time of the records read next. */
  reference(): number
  signal: AbortSignal
}

type Step = { kind: 'lines'; lines: LineBlock } | { kind: 'idle' } | { kind: 'end' }

/** The source no longer holds the records of the block that was being stored when the last run ended. */
export class LostRecords extends Error {
  constructor(last: number) {
    super(`the records up to ${last}, which were being stored when the last run ended, are no longer there`)
  }
}

/** Takes the next lines, but says `idle` after `age` milliseconds without any; they are not lost then. */
function stepper(source: AsyncIterator<LineBlock>) {
  let asked: Promise<Step> | undefined
  return async (age: number): Promise<Step> => {
    asked ??= source
      .next()
      .then(({ done, value }) => (done ? { kind: 'end' } : { kind: 'lines', lines: value }))
    let timer: NodeJS.Timeout | undefined
    const idle = new Promise<Step>((resolve) => {
      if (Number.isFinite(age)) timer = setTimeout(resolve, Math.max(0, age), { kind: 'idle' })
    })
    const step = await Promise.race([asked, idle])
    clearTimeout(timer)
    if (step.kind !== 'idle') asked = undefined
    return step
  }
}

const TOO_LONG: Disposition = { kind: 'dead', reason: 'record longer than the limit' }

/** What becomes of one record of a block of lines. */
export function readRecord(pipeline: Pipeline, lines: LineBlock, index: number): Disposition {
  if (lines.read !== undefined) return lines.read(pipeline, index)
  return lines.cut(index) ? TOO_LONG : pipeline.read(lines.lines[index] ?? '')
}

/**
 * Reads one partition to its end (or the signal) and stores it in blocks. While one block is stored the next is
 * read: at most two are in memory. `intent` is the last record of a block that was begun before a crash: it is cut
 * there again, so that it is the same block. Throws what storing throws; nothing after it is then stored. Throws
 * LostRecords where the source ends before `intent`.
 */
export async function runWorker(
  source: AsyncIterable<LineBlock>,
  pipeline: Pipeline,
  limits: BlockLimits,
  intent: number,
  ports: WorkerPorts,
): Promise<void> {
  const next = stepper(source[Symbol.asyncIterator]())
  let cut = intent
  let block = openBlock()
  let begun = Date.now()
  let storing: Promise<void> = Promise.resolve()

  async function flush(): Promise<void> {
    if (block.account.records === 0) return
    const checkpoint = { block: closeBlock(block), stage: pipeline.stage(), reference: pipeline.reference }
    block = openBlock()
    cut = -1
    await storing
    storing = ports.store(checkpoint)
    // Awaited at the next block or at the end; until then a failure is not unhandled.
    storing.catch(() => {})
  }

  async function take(lines: LineBlock): Promise<void> {
    let from = 0
    for (let index = 0; index < lines.lines.length; index++) {
      if (block.account.records === 0) {
        begun = Date.now()
        if (cut === -1) pipeline.reference = ports.reference()
      }
      const disposition = readRecord(pipeline, lines, index)
      addRecord(block, disposition, lines, index)
      if (disposition.kind === 'events') ports.seen?.(disposition.events)
      const full = cut === -1 ? rowsIn(block) >= limits.rows : lines.offsets[index] === cut
      if (!full && index < lines.lines.length - 1) continue
      coverBytes(block, lines.raw(from, index), lines.offsets[index + 1] ?? lines.next)
      from = index + 1
      if (full || (cut === -1 && block.bytes >= limits.bytes)) await flush()
    }
  }

  while (!ports.signal.aborted) {
    const step = await next(
      block.account.records === 0 ? Number.POSITIVE_INFINITY : limits.age - (Date.now() - begun),
    )
    if (step.kind === 'end') break
    // What comes when we are told to stop may be cut short: it is read again after the restart.
    if (step.kind === 'lines' && !ports.signal.aborted) await take(step.lines)
    if (cut === -1 && (step.kind === 'idle' || Date.now() - begun >= limits.age)) await flush()
  }
  if (cut === -1) await flush()
  else if (!ports.signal.aborted) throw new LostRecords(cut)
  await storing
}
