import { readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { extname, join } from 'node:path'

/** One file of the page, ready to send. */
export interface Asset {
  type: string
  body: Buffer
}

const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
}

// The charts, as their package ships them: served by us, so that the page needs nothing from elsewhere.
const ECHARTS = 'echarts/dist/echarts.common.min.js'

/** Reads the whole page into memory, by URL path: no request ever becomes a file name. */
export function loadAssets(folder = join(import.meta.dirname, 'page')): Map<string, Asset> {
  const assets = new Map<string, Asset>()
  for (const name of readdirSync(folder)) {
    const type = TYPES[extname(name)]
    if (type !== undefined) assets.set(`/${name}`, { type, body: readFileSync(join(folder, name)) })
  }
  const index = assets.get('/index.html')
  if (index === undefined) throw new Error(`the page is missing: no index.html in ${folder}`)
  const echarts = readFileSync(createRequire(import.meta.url).resolve(ECHARTS))
  return assets.set('/', index).set('/echarts.js', { type: TYPES['.js'] ?? '', body: echarts })
}
