#!/usr/bin/env node
// Plain JavaScript, so that an old Node prints one clear line instead of a syntax error.
import { existsSync } from 'node:fs'
import { setFlagsFromString } from 'node:v8'

const [major, minor] = process.versions.node.split('.').map(Number)
if (major < 22 || (major === 22 && minor < 19)) {
  console.error(
    `faultline: needs Node 22.19 or newer, this is ${process.versions.node}: run "npm ci" here (it brings Node 24) or install a newer Node`,
  )
  process.exit(2)
}
// V8 lets garbage grow to several times what lives before it collects; beside an engine in the same process that is
// memory which the engine lacks. Collecting sooner takes about a sixth more processor time and a sixth less memory.
setFlagsFromString('--heap-growing-percent=30')
// The clone holds TypeScript, the tarball JavaScript: Node strips no types under node_modules.
const source = new URL('./main.ts', import.meta.url)
const { main } = await import(existsSync(source) ? source : new URL('./main.js', import.meta.url))
process.exitCode = await main(process.argv.slice(2))
