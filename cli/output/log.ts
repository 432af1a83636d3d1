import { type DestinationStream, type Logger, pino } from 'pino'
import type { Config } from '../../schemas/config.ts'

/** Text without the credentials of addresses in it (RFC 3986, 3.2.1): what a user gave is shown back, but not these. */
export function withoutCredentials(text: string): string {
  return text.replace(/:\/\/[^\s/@?#"']{1,1000}@/g, '://***@')
}

/** The log of a long-running command: JSON lines on standard error, without secrets. */
export function openLog(
  { log_level }: Pick<Config, 'log_level'>,
  to: DestinationStream = pino.destination({ dest: 2, sync: true }),
): Logger {
  return pino(
    {
      level: log_level,
      redact: ['password', 'secret', 'authorization'].flatMap((name) => [name, `*.${name}`, `*.*.${name}`]),
      hooks: { streamWrite: withoutCredentials },
    },
    to,
  )
}
