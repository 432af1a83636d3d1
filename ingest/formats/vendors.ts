import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import * as z from 'zod'
import { DIRECTIONS, type LoggedEvent } from '../../schemas/event.ts'
import { MAPPED_COLUMNS, type MappedColumn, Mapping, type MappingText } from '../../schemas/mapping.ts'
import type { About, Format, FormatReader } from './format.ts'
import { mappedFormat } from './mapped/mapped.ts'

const FOLDER = fileURLToPath(new URL('vendors', import.meta.url))

/** A file as in the folder vendors: what people are told of the format, and how it is read. */
const VendorFile = z.strictObject({
  title: z.string().min(1),
  docs: z.array(z.url({ protocol: /^https?$/ })).min(1),
  tells: z.string().min(1),
  lacks: z.string().min(1),
  samples: z.enum(['run', 'published', 'unverified']),
  /** Columns that follow from mapped ones elsewhere (a reply's codes, a host's address), but are never there here. */
  never_fills: z.array(z.enum(MAPPED_COLUMNS)).default([]),
  /** Why it is mapped so, where that can't be seen. */
  notes: z.array(z.string().min(1)).optional(),
  mapping: Mapping,
})

/** What can be told of a mapping from itself. */
export function aboutMapping(mapping: Mapping): Pick<About, 'input' | 'directions' | 'correlates' | 'fills'> {
  const direction = mapping.columns.direction
  const words =
    direction === undefined || Array.isArray(direction)
      ? ['outbound']
      : 'value' in direction
        ? [String(direction.value)]
        : 'words' in direction
          ? [...Object.values(direction.words), direction.otherwise ?? 'outbound']
          : ['outbound']
  const { columns } = mapping
  const isRefusal = Object.values(mapping.outcome.words).includes('rejected')
  const fills = new Set<keyof LoggedEvent>(['log_host', ...(Object.keys(columns) as MappedColumn[])])
  // What follows from others: see columns.ts and mapped.ts.
  if (columns.reply_text !== undefined) fills.add('reply_code').add('enhanced_code')
  if (columns.remote_host !== undefined) fills.add('remote_ip')
  if (fills.has('remote_ip') && isRefusal) fills.add('source_ip')
  fills.delete('event_time')
  fills.delete('direction')
  return {
    input: mapping.syntax.includes('json') ? 'json' : mapping.syntax.includes('csv') ? 'csv' : 'lines',
    directions: DIRECTIONS.filter((one) => words.includes(one)),
    correlates: false,
    fills: [...fills],
  }
}

function madeOf(path: string, file: unknown): Format {
  const read = VendorFile.safeParse(file)
  if (!read.success) throw new Error(`${path}: ${z.prettifyError(read.error)}`)
  const { mapping, never_fills, notes: _notes, ...about } = read.data
  const told = aboutMapping(mapping)
  const fills = told.fills.filter((column) => !never_fills.some((never) => never === column))
  return mappedFormat(mapping, { ...about, ...told, fills })
}

/**
 * The format of a file as in the folder vendors. It is checked and made ready when it is first asked, which for most never happens:
 * all of them would take half of a command's start. Then it throws an error that names the file where it is not as its
 * schema says.
 */
export function vendorFormat(path: string): Format {
  const file = JSON.parse(readFileSync(path, 'utf8')) as { mapping: MappingText }
  let made: Format | undefined
  const format = () => {
    made ??= madeOf(path, file)
    return made
  }
  const { name, header } = file.mapping
  return {
    name,
    ...(header === undefined ? {} : { header: header.map((column) => column.toLowerCase()) }),
    get about() {
      return format().about
    },
    recognise: (record) => format().recognise(record),
    near: (record) => format().near?.(record),
    open: (correlator, clock) => {
      let reader: FormatReader | undefined
      return {
        read(record) {
          reader ??= format().open(correlator, clock)
          return reader.read(record)
        },
      }
    },
  }
}

/** A format that a user wrote in the configuration. */
export function ownFormat(mapping: Mapping): Format {
  const about = {
    title: 'a mapping of the configuration',
    docs: [],
    tells: 'what it says',
    lacks: 'the rest',
    samples: 'unverified',
  } as const
  return { ...mappedFormat(mapping, { ...about, ...aboutMapping(mapping) }), first: true }
}

/** Formats that are nothing but a mapping, one file each in the folder vendors. */
export const VENDORS: readonly Format[] = readdirSync(FOLDER)
  .filter((file) => file.endsWith('.json'))
  .sort()
  .map((file) => vendorFormat(join(FOLDER, file)))
