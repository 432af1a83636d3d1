import { WrongFolder } from '../store/folder.ts'
import { boundYoung } from '../store/heap.ts'
import { StoreError } from '../store/store.ts'
import { UsageError } from './arguments/usage-error.ts'
import { withoutCredentials } from './output/log.ts'

const YOUNG_BYTES = 64 << 20

interface Command {
  summary: string
  run(args: string[]): Promise<number>
}

// In the order in which a newcomer needs them.
const GROUPS: Record<string, Record<string, Command>> = {
  Begin: {
    demo: {
      summary: 'show a sample: what npm start does',
      run: async (args) => (await import('./demo.ts')).demoCommand(args),
    },
    doctor: {
      summary: 'say what is missing or wrong on this machine',
      run: async (args) => (await import('./doctor.ts')).doctorCommand(args),
    },
    formats: {
      summary: 'list the logs that are read, and what each tells',
      run: async (args) => (await import('./formats.ts')).formatsCommand(args),
    },
  },
  'Read mail logs': {
    replay: {
      summary: 'load log files into the store',
      run: async (args) => (await import('./replay.ts')).replayCommand(args),
    },
    run: {
      summary: 'follow mail logs and serve the page, all in one process',
      run: async (args) => (await import('./run.ts')).runCommand(args),
    },
    serve: {
      summary: 'serve the page and the store without reading logs',
      run: async (args) => (await import('./serve.ts')).serveCommand(args),
    },
    ingest: {
      summary: 'read Kafka into the store: a worker of a group, without the page',
      run: async (args) => (await import('./ingest.ts')).ingestCommand(args),
    },
    parse: {
      summary: 'read logs, print one classified event a line as JSON',
      run: async (args) => (await import('./parse.ts')).parseCommand(args),
    },
    dlq: {
      summary: 'list and show dead letters, and read them again',
      run: async (args) => (await import('./dlq.ts')).dlqCommand(args),
    },
  },
  'Ask what happened': {
    verdict: {
      summary: 'judge a window: whose fault, with evidence',
      run: async (args) => (await import('./verdict.ts')).verdictCommand(args),
    },
    incidents: {
      summary: 'list waves that people were told of; acknowledge, mute, comment',
      run: async (args) => (await import('./incidents.ts')).incidentsCommand(args),
    },
    events: {
      summary: 'search what happened to messages',
      run: async (args) => (await import('./events.ts')).eventsCommand(args),
    },
    trends: {
      summary: 'refused mail of a time against the week before',
      run: async (args) => (await import('./trends.ts')).trendsCommand(args),
    },
    unknown: {
      summary: 'list the replies that no words decided, by frequency',
      run: async (args) => (await import('./unknown.ts')).unknownCommand(args),
    },
    silent: {
      summary: 'list sources that gave no events for a while in which they usually do',
      run: async (args) => (await import('./silent.ts')).silentCommand(args),
    },
    query: {
      summary: 'ask the store in read-only SQL',
      run: async (args) => (await import('./query.ts')).queryCommand(args),
    },
  },
  'Mend it': {
    packet: {
      summary: 'put together what the side at fault needs to see',
      run: async (args) => (await import('./packet.ts')).packetCommand(args),
    },
    check: {
      summary: 'say what DNS publishes for the mail of a domain, and what to mend',
      run: async (args) => (await import('./check.ts')).checkCommand(args),
    },
    verify: {
      summary: 'is it fixed? a test message, or deliveries since a change',
      run: async (args) => (await import('./verify.ts')).verifyCommand(args),
    },
    classify: {
      summary: 'say what SMTP replies mean, with the words that decided',
      run: async (args) => (await import('./classify.ts')).classifyCommand(args),
    },
    rules: {
      summary: 'list, explain and test the rules for replies',
      run: async (args) => (await import('./rules.ts')).rulesCommand(args),
    },
  },
  Operate: {
    config: {
      summary: 'print the effective configuration',
      run: async (args) => (await import('./config.ts')).configCommand(args),
    },
    notify: {
      summary: 'try the channels over which people are told',
      run: async (args) => (await import('./notify.ts')).notifyCommand(args),
    },
    dashboards: {
      summary: 'write boards and alert rules for a Grafana of your own',
      run: async (args) => (await import('./dashboards.ts')).dashboardsCommand(args),
    },
    migrate: {
      summary: "bring the store's tables to the newest schema",
      run: async (args) => (await import('./migrate.ts')).migrateCommand(args),
    },
    audit: {
      summary: 'prove from the tables that no Kafka record is missing or doubled',
      run: async (args) => (await import('./audit.ts')).auditCommand(args),
    },
    simulate: {
      summary: 'measure the verdict against traffic whose truth is known',
      run: async (args) => (await import('./simulate.ts')).simulateCommand(args),
    },
  },
}

const COMMANDS: Record<string, Command> = Object.assign({}, ...Object.values(GROUPS))

function help(): string {
  const names = Object.keys(COMMANDS)
  const width = Math.max(...names.map((name) => name.length))
  const lines = (commands: Record<string, Command>) =>
    Object.entries(commands).map(([name, { summary }]) => `  faultline ${name.padEnd(width)}  ${summary}\n`)
  const groups = Object.entries(GROUPS).map(([title, commands]) => `${title}\n${lines(commands).join('')}`)
  return `Faultline tells whose fault it is when mail is refused.\n\n${groups.join('\n')}\nfaultline COMMAND --help shows each command's options and an example.`
}

// An error that says in our words what the system said carries the system's own as its cause.
function systemFault(error: unknown): string | undefined {
  const { message, cause } = error as Error
  const { code } = (cause ?? error) as NodeJS.ErrnoException
  return typeof code === 'string' && /^E[A-Z0-9]+$/.test(code) ? message : undefined
}

/**
 * Runs one command line (without node and script).
 * Gives the exit code: 0 done, 1 failed, 2 wrong use or configuration. Never throws for what a user can mend.
 */
export async function main(argv: string[]): Promise<number> {
  boundYoung(YOUNG_BYTES)
  const [name = '--help', ...args] = argv
  if (name === '--help' || name === '-h' || name === 'help') {
    console.log(help())
    return 0
  }
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined
  if (command === undefined) {
    console.error(`faultline: no command ${JSON.stringify(name)}; known: ${Object.keys(COMMANDS).join(', ')}`)
    return 2
  }
  // `faultline parse ... | head` closes our stdout early: that is no failure.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1))
  try {
    return await command.run(args)
  } catch (error) {
    const isMendable = error instanceof UsageError || error instanceof WrongFolder
    const fault = isMendable || error instanceof StoreError ? error.message : systemFault(error)
    if (fault === undefined) throw error
    console.error(`faultline ${name}: ${withoutCredentials(fault)}`)
    return isMendable ? 2 : 1
  }
}
