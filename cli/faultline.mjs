#!/usr/bin/env node
// Plain JavaScript, so that an old Node prints one clear line instead of a syntax error.
import { existsSync } from 'node:fs'
import { enableCompileCache } from 'node:module'
import { homedir } from 'node:os'
import { join } from 'node:path'

const [major, minor] = process.versions.node.split('.').map(Number)
if (major < 22 || (major === 22 && minor < 19)) {
  console.error(
    `faultline: needs Node 22.19 or newer, this is ${process.versions.node}: run "npm ci" here (it brings Node 24) or install a newer Node`,
  )
  process.exit(2)
}
// Half of a short command's time goes into reading its code. Not in a folder that others may write: what lies there is run.
enableCompileCache(join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'faultline'))
// The clone holds TypeScript, the tarball JavaScript: Node strips no types under node_modules.
const source = new URL('./main.ts', import.meta.url)
const { main } = await import(existsSync(source) ? source : new URL('./main.js', import.meta.url))
process.exitCode = await main(process.argv.slice(2))
