import type { DNSResolver } from 'mailauth'
import type { AnswerStatus, Lookup, RecordType } from './answer.ts'
import { RECORD_TYPES } from './answer.ts'

// The codes of node:dns, by which mailauth tells what is not there from what nobody could tell.
const CODES: Partial<Record<AnswerStatus, string>> = {
  nodata: 'ENODATA',
  nxdomain: 'ENOTFOUND',
  timeout: 'ETIMEOUT',
  refused: 'EREFUSED',
}

const isRecordType = (type: string): type is RecordType => (RECORD_TYPES as readonly string[]).includes(type)

/** A Lookup in the form in which mailauth asks: as node:dns answers. */
export function mailauthLookup(lookup: Lookup): DNSResolver {
  const ask = async (asked: string, type: string): Promise<unknown> => {
    if (!isRecordType(type)) throw Object.assign(new Error(`${type} is not asked for`), { code: 'ENOTIMP' })
    const { status, records } = await lookup(asked.toLowerCase().replace(/\.$/, ''), type)
    if (status !== 'found')
      throw Object.assign(new Error(`${asked} ${type}: ${status}`), { code: CODES[status] ?? 'ESERVFAIL' })
    if (type === 'TXT') return records.map((text) => [text])
    if (type !== 'MX') return [...records]
    return records.map((record) => {
      const [priority = '', exchange = ''] = record.split(' ')
      return { priority: Number(priority), exchange: exchange === '.' ? '' : exchange }
    })
  }
  return ask as DNSResolver
}
