import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Registry } from 'prom-client'
import { UsageError } from '../arguments/usage-error.ts'

/** Whether a process does its work: what keeps it from it, or '' where nothing does. */
export type Readiness = () => string

/** Served metrics. */
export interface ServedMetrics {
  url: string
  close(): Promise<void>
}

/**
 * Serves `/metrics` for Prometheus, `/health` (the process lives: it answers until the very end) and `/ready` (it does
 * its work; 503 with the reason where it does not, and as soon as it is told to stop). Throws a UsageError where the
 * address can't be had.
 */
export async function serveMetrics(
  { host, port }: { host: string; port: number },
  registry: Registry,
  notReady: Readiness,
): Promise<ServedMetrics> {
  const server = createServer(async (request, response) => {
    const say = (status: number, text: string, type = 'text/plain; charset=utf-8') => {
      response.writeHead(status, { 'Content-Type': type, 'X-Content-Type-Options': 'nosniff' })
      response.end(request.method === 'HEAD' ? undefined : text)
    }
    const path = (request.url ?? '/').split('?')[0]
    if (request.method !== 'GET' && request.method !== 'HEAD') return say(405, 'only GET is answered\n')
    if (path === '/health') return say(200, 'ok\n')
    if (path === '/ready') {
      const reason = notReady()
      return reason === '' ? say(200, 'ready\n') : say(503, `${reason}\n`)
    }
    if (path === '/metrics') return say(200, await registry.metrics(), registry.contentType)
    say(404, 'there are /metrics, /health and /ready\n')
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const why =
        error.code === 'EADDRINUSE' ? 'another program listens there already' : (error.code ?? error.message)
      reject(
        new UsageError(`metrics: ${host}:${port}: ${why}; choose another address with --metrics HOST:PORT`),
      )
    })
    server.listen(port, host, resolve)
  })
  const bound = (server.address() as AddressInfo).port
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${bound}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
