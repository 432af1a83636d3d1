import { readFileSync } from 'node:fs'
import { join } from 'node:path'

const OPERATORS = JSON.parse(readFileSync(join(import.meta.dirname, 'operators.json'), 'utf8')) as Record<
  string,
  string[]
>
const OPERATED = new Map(
  Object.entries(OPERATORS).flatMap(([operator, providers]) => providers.map((name) => [name, operator])),
)

/** Who operates a provider: of one company's they share their judgement of a sender, and two that refuse are one voice. */
export const operatorOf = (provider: string): string => OPERATED.get(provider) ?? provider

/** All providers of an operator. */
export const providersOf = (operator: string): readonly string[] => OPERATORS[operator] ?? [operator]
