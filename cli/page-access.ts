import { accessFault, type PageAccess } from '../dashboards/web/access.ts'
import type { Config } from '../schemas/config.ts'
import { UsageError } from './arguments/usage-error.ts'
import { readSecret } from './channels.ts'

/** The page's token: of the configuration, else FAULTLINE_PAGE_TOKEN; undefined where none is set. */
export function pageToken({ web }: Config, environment = process.env): string | undefined {
  if (web.token !== undefined) return readSecret('web.token', web.token, environment)
  return environment['FAULTLINE_PAGE_TOKEN'] || undefined
}

/** Who may read the page and who may act. Throws a UsageError where others could reach it and nobody decided that. */
export function pageAccess(config: Config, environment = process.env): PageAccess {
  const token = pageToken(config, environment)
  const access = { read_only: config.web.read_only, ...(token === undefined ? {} : { token }) }
  const fault = accessFault(config.web.host, access)
  if (fault !== undefined) throw new UsageError(fault)
  return access
}
