import { parseZone } from '../test/enrich/dns/zone.ts'
import { startZoneServer } from '../test/enrich/dns/zone-server.ts'
import { sampleDomains } from './sample.ts'

// A process of its own: serves made-up domains and those of the sample on loopback, a few milliseconds late as a resolver on the network is.
const [domains = '0', delay = '0'] = process.argv.slice(2)
const lines = [
  'example. 300 IN SOA ns.example. h.example. 1 3600 600 604800 60',
  '_spf.esp.example. 300 IN TXT "v=spf1 ip4:198.51.100.0/24 ~all"',
]
const names = [...Array.from({ length: Number(domains) }, (_, i) => `d${i}.example`), ...sampleDomains()]
for (const [i, name] of names.entries())
  lines.push(
    `${name}. 300 IN TXT "v=spf1 include:_spf.esp.example ip4:192.0.2.${i % 256} -all"`,
    `_dmarc.${name}. 300 IN TXT "v=DMARC1; p=reject; rua=mailto:d@${name}"`,
    `${name}. 300 IN MX 10 mx.${name}.`,
    `mx.${name}. 300 IN A 192.0.2.${i % 256}`,
  )
const server = await startZoneServer({
  files: [],
  zones: [parseZone(lines.join('\n'))],
  delay_ms: Number(delay),
})
process.send?.({ port: server.port })
process.on('message', (wanted) => {
  if (wanted === 'down') void server.down()
  else if (wanted === 'up') void server.up()
  else process.send?.({ asked: server.asked.length, most_waiting: server.most_waiting })
})
process.on('disconnect', () => process.exit())
