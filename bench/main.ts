// npm run bench [-- NAME... [--option VALUE...]]
const BENCHES: Record<string, () => Promise<void>> = {
  parse: async () => (await import('./parse.ts')).benchParse(),
  formats: async () => (await import('./formats.ts')).benchFormats(options),
  classify: async () => (await import('./classify.ts')).benchClassify(),
  load: async () => (await import('./load.ts')).benchLoad(),
  dns: async () => (await import('./dns.ts')).benchDns(),
  'dns-outage': async () => (await import('./dns-outage.ts')).benchOutage(),
  kafka: async () => (await import('./kafka.ts')).benchKafka(),
  queries: async () => (await import('./queries/queries.ts')).benchQueries(options),
  dashboards: async () => (await import('./dashboards.ts')).benchDashboards(options),
  recovery: async () => (await import('./recovery.ts')).benchRecovery(),
}
// The first two take a quarter of an hour each: a resolver that is silent for ten minutes, fifty million rows. The third
// wants the store that the second keeps.
const BY_NAME_ONLY = ['dns-outage', 'queries', 'dashboards']

const args = process.argv.slice(2)
const at = args.findIndex((arg) => arg.startsWith('--'))
const options = at === -1 ? [] : args.splice(at)
const names = args.length > 0 ? args : Object.keys(BENCHES).filter((name) => !BY_NAME_ONLY.includes(name))
for (const name of names) {
  const bench = BENCHES[name]
  if (bench === undefined) {
    console.error(`bench: no ${JSON.stringify(name)}; known: ${Object.keys(BENCHES).join(', ')}`)
    process.exitCode = 2
  } else await bench()
}
