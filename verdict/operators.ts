import { readFileSync } from 'node:fs'
import { join } from 'node:path'

const OPERATORS = JSON.parse(readFileSync(join(import.meta.dirname, 'operators.json'), 'utf8')) as Record<
  string,
  string[]
>

/**
 * Providers of one company, which share their judgement of a sender: two of them that refuse are one voice. As the
 * parameters of ClickHouse's `transform`.
 */
export const OPERATED = {
  operated: Object.values(OPERATORS).flat(),
  operators: Object.entries(OPERATORS).flatMap(([operator, providers]) => providers.map(() => operator)),
}
