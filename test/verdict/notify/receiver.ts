import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeEach } from 'vitest'

/** A request that came in. */
export interface Received {
  path: string
  headers: IncomingHttpHeaders
  body: string
}

/** A web server of ours that keeps what comes in and answers as it is told. It stands for Slack, which cannot be had here. */
export interface Receiver {
  origin: string
  received: Received[]
  answer: { status: number; headers?: Record<string, string>; body?: string }
}

/** Starts one for the tests of one file: empty and willing at the start of each, closed after them. */
export async function startReceiver(): Promise<Receiver> {
  const receiver: Receiver = { origin: '', received: [], answer: { status: 200 } }
  const server = createServer(async (request, response) => {
    let body = ''
    for await (const chunk of request) body += chunk
    receiver.received.push({ path: request.url ?? '', headers: request.headers, body })
    const { status, headers, body: words } = receiver.answer
    response.writeHead(status, headers).end(words)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  receiver.origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  beforeEach(() => {
    receiver.received = []
    receiver.answer = { status: 200 }
  })
  afterAll(() => server.close())
  return receiver
}
