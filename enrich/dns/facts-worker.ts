import { parentPort, workerData } from 'node:worker_threads'
import type { RecipientColumns, SenderColumns, Told } from './fact-cache.ts'
import { openResolver, type ResolverOptions } from './resolver.ts'
import { factsOf, type KnownOf } from './row-facts.ts'

// The thread behind facts-thread.ts: a resolver, and the facts that follow from its answers.

/** A sender or a recipient, and what the main thread knows of it. */
export interface FactsQuestion {
  id: number
  sender?: [domain: string, source_ip: string, header_from: string]
  selectors?: readonly string[]
  recipient?: [domain: string, host: string]
  history?: Awaited<ReturnType<KnownOf['mxHistory']>>
}

export interface FactsAnswer {
  id: number
  /** Not there where the facts could not be made. */
  told?: Told<SenderColumns> | Told<RecipientColumns>
}

export type FactsMessage =
  | { kind: 'answers'; answers: FactsAnswer[] }
  | { kind: 'availability'; available: boolean }

const post = (message: FactsMessage) => parentPort?.postMessage(message)
const { lookup } = openResolver({
  ...(workerData as Omit<ResolverOptions, 'onAvailability'>),
  onAvailability: (available) => post({ kind: 'availability', available }),
})

let answers: FactsAnswer[] = []
function answer(one: FactsAnswer): void {
  // What is ready at the same time goes over together.
  if (answers.length === 0)
    setImmediate(() => {
      post({ kind: 'answers', answers })
      answers = []
    })
  answers.push(one)
}

async function tell({ id, sender, selectors = [], recipient, history = [] }: FactsQuestion): Promise<void> {
  const facts = factsOf(lookup, { selectorsOf: () => selectors, mxHistory: async () => history })
  try {
    const told =
      sender !== undefined ? await facts.sender(...sender) : await facts.recipient(...(recipient ?? ['', '']))
    answer({ id, told })
  } catch {
    answer({ id })
  }
}

parentPort?.on('message', (questions: FactsQuestion[]) => {
  for (const question of questions) void tell(question)
})
