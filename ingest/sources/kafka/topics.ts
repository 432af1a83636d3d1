import type { Admin } from 'kafkajs'

/** Suffix of the topics that dead letters go to; a pattern never takes them. */
export const DEAD_LETTER_SUFFIX = '.dlq'

/** A topic's name, or a pattern between slashes: /^mail\./ */
export type Wanted = string | RegExp

/** Reads a topic as it is configured. Throws a SyntaxError for a pattern that is none. */
export function wantedTopic(text: string): Wanted {
  return text.length > 2 && text.startsWith('/') && text.endsWith('/') ? new RegExp(text.slice(1, -1)) : text
}

/** Which of the wanted topics are there, and which names are not. */
export interface FoundTopics {
  topics: string[]
  missing: string[]
}

/** Compares the wanted topics with those that the brokers have. */
export async function findTopics(admin: Admin, wanted: readonly Wanted[]): Promise<FoundTopics> {
  const known = await admin.listTopics()
  const topics = new Set<string>()
  const missing: string[] = []
  for (const one of wanted) {
    if (typeof one === 'string') {
      if (known.includes(one)) topics.add(one)
      else missing.push(one)
      continue
    }
    const matching = known.filter(
      (name) => one.test(name) && !name.endsWith(DEAD_LETTER_SUFFIX) && !name.startsWith('__'),
    )
    for (const name of matching) topics.add(name)
    if (matching.length === 0) missing.push(String(one))
  }
  return { topics: [...topics].sort(), missing }
}
