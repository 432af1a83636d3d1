import { barracuda } from './barracuda/barracuda.ts'
import { cisco } from './cisco/cisco.ts'
import { DSN } from './dsn/about.ts'
import { m365Detail } from './exchange/m365-detail.ts'
import { m365Extended, m365Summary } from './exchange/m365-reports.ts'
import { exchangeProtocol } from './exchange/protocol.ts'
import { exchangeTracking } from './exchange/tracking.ts'
import { exim } from './exim/exim.ts'
import type { Format } from './format.ts'
import { fortimail } from './fortimail/fortimail.ts'
import { haraka } from './haraka/haraka.ts'
import { hmailserver } from './hmailserver.ts'
import { kumomta } from './kumomta.ts'
import { mailerq } from './mailerq.ts'
import { mdaemon } from './mdaemon.ts'
import { momentum } from './momentum/momentum.ts'
import { opensmtpd } from './opensmtpd.ts'
import { postal } from './postal.ts'
import { postfix } from './postfix/postfix.ts'
import { powermta } from './powermta.ts'
import { proofpointFilter } from './proofpoint-filter.ts'
import { proofpointTap } from './proofpoint-tap.ts'
import { proxmox } from './proxmox.ts'
import { qmail } from './qmail.ts'
import { sendmail } from './sendmail/sendmail.ts'
import { stalwart } from './stalwart.ts'
import { VENDORS } from './vendors.ts'
import { zonemta } from './zonemta.ts'

/** Every log format whose records are lines, objects or rows, the likeliest first. A new one is added here. */
export const FORMATS: readonly Format[] = [
  postfix,
  exim,
  sendmail,
  opensmtpd,
  qmail,
  kumomta,
  powermta,
  exchangeTracking,
  exchangeProtocol,
  m365Extended,
  m365Summary,
  m365Detail,
  haraka,
  zonemta,
  stalwart,
  mdaemon,
  hmailserver,
  mailerq,
  momentum,
  postal,
  barracuda,
  cisco,
  proofpointFilter,
  proofpointTap,
  proxmox,
  fortimail,
  ...VENDORS,
]

/** All that is read, for people: the formats, and the stored mails. */
export const LISTED: readonly Pick<Format, 'name' | 'about'>[] = [...FORMATS, DSN]
