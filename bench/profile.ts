import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

interface Node {
  id: number
  callFrame: { functionName: string; url: string }
  children?: number[]
}

interface Profile {
  nodes: Node[]
  samples: number[]
  timeDeltas: number[]
}

/** A stage and what its code's addresses hold; the first that fits counts. */
export type Stages = readonly (readonly [stage: string, files: RegExp])[]

const OTHER = 'other'

/** The stage of a frame by its own file; V8's own work by its name. Undefined for Node's: it works for its caller. */
function stageOf({ callFrame: { url, functionName } }: Node, stages: Stages): string | undefined {
  if (functionName === '(garbage collector)') return 'garbage collection'
  if (functionName === '(idle)') return 'waiting'
  return stages.find(([, files]) => files.test(url))?.[0]
}

/**
 * Where a process that ran with --cpu-prof spent the time of its main thread: milliseconds by stage, the most first. A
 * function of no stage counts for the one that called it.
 */
export function timeByStage(folder: string, stages: Stages): [stage: string, ms: number][] {
  const [name = ''] = readdirSync(folder).filter((file) => file.endsWith('.cpuprofile'))
  const { nodes, samples, timeDeltas }: Profile = JSON.parse(readFileSync(join(folder, name), 'utf8'))
  const byId = new Map(nodes.map((node) => [node.id, node]))
  const stage = new Map<number, string>()
  const open = nodes.slice(0, 1).map((node) => ({ node, above: OTHER }))
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    const own = stageOf(at.node, stages) ?? at.above
    stage.set(at.node.id, own)
    for (const child of at.node.children ?? []) {
      const node = byId.get(child)
      if (node !== undefined) open.push({ node, above: own })
    }
  }
  const spent = new Map<string, number>()
  for (const [index, id] of samples.entries()) {
    const at = stage.get(id) ?? OTHER
    spent.set(at, (spent.get(at) ?? 0) + (timeDeltas[index] ?? 0) / 1000)
  }
  spent.delete('waiting')
  return [...spent].sort(([, a], [, b]) => b - a)
}
