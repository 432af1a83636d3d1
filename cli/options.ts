import { type ParseArgsOptionsConfig, parseArgs } from 'node:util'
import { UsageError } from './usage-error.ts'

/** What every command has. */
export const HELP_OPTION = { help: { type: 'boolean', short: 'h', default: false } } as const

/**
 * Parses a command's arguments; wrong use is a UsageError that names the command's help. Arguments that are no options
 * are given as `positionals` where the command takes any.
 */
export function parseOptions<const Options extends ParseArgsOptionsConfig>(
  command: string,
  args: string[],
  options: Options,
  { takesArguments = true }: { takesArguments?: boolean } = {},
) {
  try {
    return parseArgs({ args, options, allowPositionals: takesArguments })
  } catch (error) {
    throw new UsageError(`${(error as Error).message.split('. ')[0]}; see faultline ${command} --help`)
  }
}

/** Refuses arguments of a command that takes none: an option without its dashes must not be passed over. */
export function refuseArguments(command: string, [first]: readonly string[]): void {
  if (first !== undefined)
    throw new UsageError(`${JSON.stringify(first)} is no option; see faultline ${command} --help`)
}
