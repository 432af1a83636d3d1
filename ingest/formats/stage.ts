import type { Stage } from '../../schemas/event.ts'

const COMMANDS: [begin: string, Stage][] = [
  ['.', 'end_of_data'],
  ['END OF DATA', 'end_of_data'],
  ['END-OF-DATA', 'end_of_data'],
  ['END OF MESSAGE', 'end_of_data'],
  ['EOD', 'end_of_data'],
  ['EOM', 'end_of_data'],
  ['BDAT', 'end_of_data'],
  ['MESSAGE', 'end_of_data'],
  ['BODY', 'end_of_data'],
  ['RCPT', 'rcpt_to'],
  ['MAIL', 'mail_from'],
  ['DATA', 'data'],
  ['EHLO', 'helo'],
  ['HELO', 'helo'],
  ['LHLO', 'helo'],
  ['STARTTLS', 'starttls'],
  ['AUTH', 'auth'],
  ['CONNECT', 'connect'],
  ['GREETING', 'connect'],
  ['BANNER', 'connect'],
]

/** The stage of a command as logs name it: `RCPT TO:<a@b>`, `rcptto`, `.`; `unknown` for other words. */
export function stageOf(command: string): Stage {
  const upper = command.trimStart().toUpperCase()
  return COMMANDS.find(([begin]) => upper.startsWith(begin))?.[1] ?? 'unknown'
}
