import { rmSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { runChaos } from './run.ts'

// npm run chaos [-- --seed N --lines N ...]: the long form. test/integration/chaos.test.ts runs a short one.
const number = (standard: string) => ({ type: 'string', default: standard }) as const
const { values } = parseArgs({
  options: {
    seed: number('1'),
    lines: number('1000000'),
    partitions: number('6'),
    workers: number('3'),
    kills: number('4'),
    'phase-kills': number('12'),
    'broker-kills': number('2'),
    stops: number('2'),
    'store-outages': number('2'),
    session: number('10'),
    rate: number('20000'),
    keep: { type: 'boolean', default: false },
  },
})
const report = await runChaos({
  seed: Number(values.seed),
  lines: Number(values.lines),
  partitions: Number(values.partitions),
  workers: Number(values.workers),
  kills: Number(values.kills),
  phaseKills: Number(values['phase-kills']),
  brokerKills: Number(values['broker-kills']),
  stops: Number(values.stops),
  storeOutages: Number(values['store-outages']),
  session: Number(values.session),
  rate: Number(values.rate),
  say: (text) => console.error(text),
})
const { difference, faults, rows, attempts } = report
console.log(report.audit)
console.log(
  `faults: ${Object.entries(faults)
    .map(([name, n]) => `${n} ${name}`)
    .join(', ')}`,
)
console.log(
  `the ledger: ${difference.lines} lines; ${difference.lost} lost, ${difference.doubled} doubled, ${difference.wrong} wrong; ${difference.gone} expired in the log before they were read, and told`,
)
console.log(`the roll-up holds ${attempts} attempts of ${rows} rows`)
for (const example of difference.examples) console.log(example)
const isWhole =
  difference.lost + difference.doubled + difference.wrong === 0 && rows === attempts && report.auditPassed
if (isWhole && !values.keep) rmSync(report.folder, { recursive: true, force: true })
else console.log(`kept: ${report.folder}`)
process.exitCode = isWhole ? 0 : 1
