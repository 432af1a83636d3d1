import { accessSync, constants, existsSync, readFileSync, statfsSync, statSync } from 'node:fs'
import { createServer } from 'node:net'
import { dirname, resolve } from 'node:path'
import type { Config } from '../schemas/config.ts'
import { openServer } from '../store/server.ts'
import { loadConfiguration } from './arguments/configuration.ts'
import { HELP_OPTION, parseOptions } from './arguments/options.ts'
import { recordOptions } from './arguments/record-options.ts'
import { UsageError } from './arguments/usage-error.ts'
import { openChannels } from './channels.ts'
import { probeResolvers } from './dns.ts'
import { checkFollowable } from './loading/followable.ts'
import { pageAccess } from './page-access.ts'

const HELP = `faultline doctor [--config FILE]

Says what is missing or wrong on this machine for the configuration, and how to mend it.
Exit code 1 where something must be mended.

  --config FILE    configuration file

example:  faultline doctor --config /etc/faultline.yaml`

/** What one check found: `ok`, something to know, or something that must be mended. */
interface Finding {
  state: 'ok' | 'note' | 'wrong'
  text: string
}

const ok = (text: string): Finding => ({ state: 'ok', text })
const note = (text: string): Finding => ({ state: 'note', text })
const wrong = (text: string): Finding => ({ state: 'wrong', text })

const GIB = 2 ** 30

async function engine(config: Config): Promise<Finding> {
  if (config.url !== undefined) {
    const store = openServer(config.url)
    try {
      const [row] = await store.query<{ version: string }>('SELECT version() AS version')
      return ok(`ClickHouse server ${row?.version} answers`)
    } catch (error) {
      return wrong(`the ClickHouse server does not answer: ${(error as Error).message}`)
    } finally {
      await store.close()
    }
  }
  try {
    await import('chdb')
    return ok('the embedded engine is installed')
  } catch {
    return wrong(
      'the embedded engine is not installed: run "npm install chdb" (Linux with glibc or macOS), or set url to a ClickHouse server',
    )
  }
}

function nearest(path: string): string {
  return existsSync(path) ? path : nearest(dirname(path))
}

function dataFolder(config: Config): Finding[] {
  if (config.url !== undefined) return []
  const folder = resolve(config.data_dir)
  const place = nearest(folder)
  try {
    if (!statSync(place).isDirectory()) return [wrong(`data_dir ${folder}: ${place} is no folder`)]
    accessSync(place, constants.W_OK)
  } catch {
    return [
      wrong(
        `data_dir ${folder} cannot be written: give this user the right to ${place}, or set data_dir elsewhere`,
      ),
    ]
  }
  const { bavail, bsize } = statfsSync(place)
  const free = (bavail * bsize) / GIB
  const text = `data_dir ${folder}: ${free.toFixed(1)} GiB free`
  return [free < 1 ? wrong(`${text}; that is soon full: make room, or set data_dir elsewhere`) : ok(text)]
}

function memory(): Finding[] {
  const total = Number(
    /^MemAvailable:\s+([0-9]+)/m.exec(
      existsSync('/proc/meminfo') ? readFileSync('/proc/meminfo', 'utf8') : '',
    )?.[1] ?? Number.NaN,
  )
  if (Number.isNaN(total)) return []
  const free = (total * 1024) / GIB
  return [
    free < 1
      ? note(`${free.toFixed(1)} GiB of memory available; loading large files takes about 1 GiB`)
      : ok(`${free.toFixed(1)} GiB of memory available`),
  ]
}

function freePort(name: string, host: string, port: number): Promise<Finding> {
  return new Promise((done) => {
    const server = createServer()
    server.once('error', (error: NodeJS.ErrnoException) => {
      const why =
        error.code === 'EADDRINUSE'
          ? 'is in use by another program (perhaps faultline itself)'
          : `cannot be had: ${error.message}`
      done(note(`${name}: ${host}:${port} ${why}; set ${name}.port to another one if it is not`))
    })
    server.listen(port, host, () => server.close(() => done(ok(`${name}: ${host}:${port} is free`))))
  })
}

function reachable(config: Config): Finding[] {
  const { host } = config.clickhouse
  const store = note(
    `clickhouse.host ${host} is not this machine alone: whoever reaches it can read every row`,
  )
  const found = ['127.0.0.1', '::1', 'localhost'].includes(host) ? [] : [store]
  try {
    pageAccess(config)
    return found
  } catch (error) {
    return [...found, wrong((error as Error).message)]
  }
}

function followed(config: Config): Finding[] {
  if (config.follow.length === 0)
    return [note('no file is followed: give run --follow FILE, or "follow:" in the configuration')]
  return config.follow.map(({ path, format }) => {
    recordOptions(config, format)
    try {
      checkFollowable(path)
    } catch (error) {
      return wrong((error as Error).message)
    }
    return existsSync(path)
      ? ok(`${path} can be read`)
      : note(`${path} is not there yet: it is followed as soon as it is`)
  })
}

async function resolvers(config: Config): Promise<Finding[]> {
  if (!config.dns.enabled) return []
  const asked = await probeResolvers(config)
  if (asked.length === 0)
    return [note('no DNS resolver is known: name one in dns.resolvers, or set dns.enabled to false')]
  return asked.map(({ name, answers }) =>
    answers
      ? ok(`DNS resolver ${name} answers`)
      : note(
          `DNS resolver ${name} does not answer: name another in dns.resolvers, or set dns.enabled to false`,
        ),
  )
}

function told(config: Config): Finding[] {
  const names = config.notify.channels.map(({ name }) => name)
  if (names.length === 0) return [note('nobody is told of incidents: see notify.channels')]
  try {
    openChannels(config)
    return [ok(`notify: ${names.join(', ')}; try them with faultline notify test`)]
  } catch (error) {
    if (error instanceof UsageError) return [wrong(error.message)]
    throw error
  }
}

/** `faultline doctor`: see HELP. Gives the exit code. */
export async function doctorCommand(args: string[]): Promise<number> {
  const { values } = parseOptions('doctor', args, { config: { type: 'string' }, ...HELP_OPTION })
  if (values.help) {
    console.log(HELP)
    return 0
  }
  const config = loadConfiguration(values.config)
  const findings: Finding[] = [
    ok(`Node ${process.versions.node} on ${process.platform} ${process.arch}`),
    await engine(config),
    ...dataFolder(config),
    ...memory(),
    await freePort('web', config.web.host, config.web.port),
    ...(config.url === undefined
      ? [await freePort('clickhouse', config.clickhouse.host, config.clickhouse.port)]
      : []),
    ...reachable(config),
    ...(await resolvers(config)),
    ...followed(config),
    ...told(config),
  ]
  for (const { state, text } of findings) console.log(`${state.padEnd(5)}  ${text}`)
  return findings.some(({ state }) => state === 'wrong') ? 1 : 0
}
