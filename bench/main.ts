// npm run bench [-- NAME...]
const BENCHES: Record<string, () => Promise<void>> = {
  parse: async () => (await import('./parse.ts')).benchParse(),
  classify: async () => (await import('./classify.ts')).benchClassify(),
  load: async () => (await import('./load.ts')).benchLoad(),
  dns: async () => (await import('./dns.ts')).benchDns(),
  'dns-outage': async () => (await import('./dns-outage.ts')).benchOutage(),
  kafka: async () => (await import('./kafka.ts')).benchKafka(),
  recovery: async () => (await import('./recovery.ts')).benchRecovery(),
}

// Takes a quarter of an hour by itself: only when asked for.
const names =
  process.argv.length > 2
    ? process.argv.slice(2)
    : Object.keys(BENCHES).filter((name) => name !== 'dns-outage')
for (const name of names) {
  const bench = BENCHES[name]
  if (bench === undefined) {
    console.error(`bench: no ${JSON.stringify(name)}; known: ${Object.keys(BENCHES).join(', ')}`)
    process.exitCode = 2
  } else await bench()
}
