import { getCompileCacheDir } from 'node:module'
import { dirname } from 'node:path'
import { setFlagsFromString } from 'node:v8'
import { Worker } from 'node:worker_threads'
import type { FactsOf } from './fact-cache.ts'
import type { FactsAnswer, FactsMessage, FactsQuestion } from './facts-worker.ts'
import type { ResolverOptions } from './resolver.ts'
import type { KnownOf } from './row-facts.ts'

/** Facts that are looked up beside the main thread, which goes on loading. */
export interface FactsThread {
  facts: FactsOf
  /** Whether any resolver answers, as far as is known. */
  available(): boolean
  close(): Promise<void>
}

export interface FactsThreadOptions {
  resolver: Omit<ResolverOptions, 'onAvailability'>
  known: KnownOf
  /** Told once when no resolver answers any more, and once when one does again. */
  onAvailability(available: boolean): void
  /** Told where the thread itself ends: no facts come any more. */
  onError(error: Error): void
}

interface Waiting {
  resolve(answer: never): void
  reject(error: Error): void
}

// Nearly all that the thread makes is soon garbage. It starts with the young generation that it needs, in MiB: the flags
// that keep the main thread's small (store/heap.ts) are the process's, and would have this one collect six times as often.
const YOUNG_GENERATION_MIB = 8

const FILE = new URL(`./facts-worker.${import.meta.url.endsWith('.ts') ? 'ts' : 'js'}`, import.meta.url)

/** A thread with a resolver of its own. It is started by the first question. */
export function openFactsThread({
  resolver,
  known,
  onAvailability,
  onError,
}: FactsThreadOptions): FactsThread {
  const waiting = new Map<number, Waiting>()
  let worker: Worker | undefined
  let available = true
  let ended = false
  let next = 0
  let outgoing: FactsQuestion[] = []

  function end(error: Error): void {
    ended = true
    for (const { reject } of waiting.values()) reject(error)
    waiting.clear()
  }

  function start(): Worker {
    setFlagsFromString(`--min-semi-space-size=${YOUNG_GENERATION_MIB}`)
    const cache = getCompileCacheDir()
    const started = new Worker(FILE, {
      workerData: resolver,
      // Half of its start goes into reading its code, as for the main thread (cli/faultline.mjs).
      env: { ...process.env, ...(cache && { NODE_COMPILE_CACHE: dirname(cache) }) },
    })
    // A load that is done ends, whatever is still being looked up.
    started.unref()
    started.on('message', (message: FactsMessage) => {
      if (message.kind === 'availability') {
        available = message.available
        onAvailability(available)
      } else for (const answer of message.answers) settle(answer)
    })
    started.on('error', (error) => {
      if (!ended) onError(error)
      end(error)
    })
    return started
  }

  function settle({ id, told }: FactsAnswer): void {
    const asked = waiting.get(id)
    waiting.delete(id)
    if (told === undefined) asked?.reject(new Error('no facts'))
    else asked?.resolve(told as never)
  }

  function ask<T>(question: Omit<FactsQuestion, 'id'>): Promise<T> {
    if (ended) return Promise.reject(new Error('the look-ups have ended'))
    worker ??= start()
    // A block asks for many at once: they go over together.
    if (outgoing.length === 0)
      setImmediate(() => {
        worker?.postMessage(outgoing)
        outgoing = []
      })
    const id = next++
    outgoing.push({ ...question, id })
    return new Promise<T>((resolve, reject) => waiting.set(id, { resolve, reject }))
  }

  return {
    facts: {
      sender: (domain, source_ip, header_from) =>
        ask({
          sender: [domain, source_ip, header_from],
          selectors: known.selectorsOf(header_from || domain),
        }),
      async recipient(domain, host) {
        const history = await known.mxHistory(domain).catch(() => [])
        return ask({ recipient: [domain, host], history })
      },
    },
    available: () => available,
    async close() {
      end(new Error('closed'))
      await worker?.terminate()
    },
  }
}
