import { useRules } from '../../enrich/classify/classify.ts'
import { loadRules, type Rule, RuleError } from '../../enrich/classify/rules.ts'
import type { Config } from '../../schemas/config.ts'
import { UsageError } from './usage-error.ts'

/** Our rules and those of the configured folder; a UsageError says which rule is wrong, where and why. */
export function configuredRules({ rules }: Config): Rule[] {
  try {
    return loadRules(rules)
  } catch (error) {
    if (error instanceof RuleError) throw new UsageError(error.message)
    throw new UsageError(`rules: ${(error as Error).message}`)
  }
}

/** Judges by the configured rules from now on. Must be called before the first reply by each command that judges. */
export function useConfiguredRules(config: Config): void {
  if (config.rules !== undefined) useRules(configuredRules(config))
}
