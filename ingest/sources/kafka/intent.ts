/** What the group's committed offset tells besides itself: the block that begins there, and may be stored in part. */
export interface Intent {
  topic_id: string
  /** Its last record; -1 where no block was begun. */
  last: number
}

/** The intent as metadata of a commit, far below the 4096 bytes that brokers take. */
export function writeIntent({ topic_id, last }: Intent): string {
  return JSON.stringify({ faultline: 1, topic_id, last })
}

/** Reads a commit's metadata; undefined where it is none of ours. */
export function readIntent(metadata: string): Intent | undefined {
  try {
    const { faultline, topic_id, last } = JSON.parse(metadata)
    const isOurs = faultline === 1 && typeof topic_id === 'string' && Number.isSafeInteger(last)
    return isOurs ? { topic_id, last } : undefined
  } catch {
    return undefined
  }
}
