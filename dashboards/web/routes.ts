import type { PageApi, PageQuery } from './api.ts'
import { boardAnswer } from './board-answers.ts'
import { readQuery } from './query.ts'

/** A body ready to be sent; with a file name it is saved rather than shown. */
export interface Reply {
  type: string
  body: string | Buffer
  filename?: string
}

/** A question that a command answers too: the options of the command are the parameters. */
export type CommandAnswer = (params: URLSearchParams) => Promise<Reply | undefined>

const JSON_TYPE = 'application/json; charset=utf-8'

/** A value as JSON. */
export const jsonReply = (value: unknown): Reply => ({ type: JSON_TYPE, body: JSON.stringify(value) })

/**
 * What is answered to GET under /api; undefined where there is nothing. Those that ask the same while an answer is under
 * way share it: the engine works once.
 */
export function routesOf(
  api: PageApi,
  commands: Readonly<Record<string, CommandAnswer>>,
): (url: URL) => Promise<Reply | undefined> {
  const pages = new Map<string, (query: PageQuery) => Promise<unknown>>([
    ['/api/judgement', (query) => api.judgement(query)],
    ['/api/breadth', (query) => api.breadth(query)],
    ['/api/account', () => api.account()],
    ['/api/incidents', () => api.incidents()],
    ['/api/channels', () => api.channels()],
  ])
  const asked = new Map(Object.entries(commands).map(([name, answer]) => [`/api/${name}`, answer]))
  const answer = async (url: URL): Promise<Reply | undefined> => {
    const page = pages.get(url.pathname)
    if (page !== undefined) return jsonReply(await page(readQuery(url.searchParams)))
    const command = asked.get(url.pathname)
    if (command !== undefined) return command(url.searchParams)
    const value = await boardAnswer(api, url)
    return value === undefined ? undefined : jsonReply(value)
  }
  const underWay = new Map<string, Promise<Reply | undefined>>()
  return (url) => {
    const key = url.pathname + url.search
    const known = underWay.get(key)
    if (known !== undefined) return known
    const started = answer(url).finally(() => underWay.delete(key))
    underWay.set(key, started)
    return started
  }
}
