import { type ParseArgsOptionsConfig, parseArgs } from 'node:util'
import { UsageError } from './usage-error.ts'

/** What every command has. */
export const HELP_OPTION = { help: { type: 'boolean', short: 'h', default: false } } as const

/** Wrong use in words of one kind, behind which stands where the right one is told. */
const wrongUse = (command: string, what: string) => new UsageError(`${what}; see faultline ${command} --help`)

/** An argument for which a command has no use: an option without its dashes must not be passed over. */
export const unexpected = (command: string, argument: string) =>
  wrongUse(command, `Unexpected argument '${argument}'`)

/**
 * Parses a command's arguments; wrong use is a UsageError that names the command's help. Arguments that are no options
 * are wrong use too, unless the command `takesArguments`: it gets them as `positionals`.
 */
export function parseOptions<const Options extends ParseArgsOptionsConfig>(
  command: string,
  args: string[],
  options: Options,
  { takesArguments = false }: { takesArguments?: boolean } = {},
) {
  try {
    return parseArgs({ args, options, allowPositionals: takesArguments })
  } catch (error) {
    throw wrongUse(command, (error as Error).message.split(/\.\s/)[0] ?? '')
  }
}
