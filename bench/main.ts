// npm run bench [-- NAME...]
const BENCHES: Record<string, () => Promise<void>> = {
  parse: async () => (await import('./parse.ts')).benchParse(),
  formats: async () => (await import('./formats.ts')).benchFormats(),
  classify: async () => (await import('./classify.ts')).benchClassify(),
  load: async () => (await import('./load.ts')).benchLoad(),
  dns: async () => (await import('./dns.ts')).benchDns(),
  kafka: async () => (await import('./kafka.ts')).benchKafka(),
}

const names = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(BENCHES)
for (const name of names) {
  const bench = BENCHES[name]
  if (bench === undefined) {
    console.error(`bench: no ${JSON.stringify(name)}; known: ${Object.keys(BENCHES).join(', ')}`)
    process.exitCode = 2
  } else await bench()
}
