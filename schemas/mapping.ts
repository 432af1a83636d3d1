import * as z from 'zod'
import { DIRECTIONS, LOGGED_FIELDS, OUTCOMES, STAGES } from './event.ts'
import { timeZone } from './time-zone.ts'

/** How the text of a record is taken apart before its fields are looked up. */
export const SYNTAXES = ['json', 'cef', 'leef', 'key_value', 'pipes', 'csv'] as const
export type Syntax = (typeof SYNTAXES)[number]

/**
 * What a word of the log makes of a record, beside an outcome: `given_up` is bounced, or expired where the last answer
 * was temporary; `failed` is bounced where the answer is permanent, else deferred; `ignore` makes no event, and is counted under the word.
 */
export const VERDICT_WORDS = [...OUTCOMES, 'given_up', 'failed', 'ignore'] as const
export type VerdictWord = (typeof VERDICT_WORDS)[number]

/** The columns that a mapping can fill; `outcome` has a setting of its own. */
export const MAPPED_COLUMNS = LOGGED_FIELDS.filter(
  (field): field is MappedColumn => field !== 'source_format' && field !== 'outcome',
)
export type MappedColumn = Exclude<(typeof LOGGED_FIELDS)[number], 'source_format' | 'outcome'>

/** RFC 6901; one that begins with `.` is looked up in the recipient that `each` came to. */
const NO_POINTER = 'is no JSON Pointer (RFC 6901) like /mail/source, or ./address within one recipient'
const pointer = z.string().regex(/^(?:\.|\.?(?:\/(?:[^/~]|~[01])*)+)$/, NO_POINTER)
const pointers = z.union([pointer.transform((one) => [one]), z.array(pointer).min(1)], { error: NO_POINTER })

/** Fields that are there (`true`), or have one of these values. */
const Conditions = z
  .record(
    pointer,
    z.union([z.literal(true), z.string().transform((one) => [one]), z.array(z.string()).min(1)]),
  )
  .refine((conditions) => Object.keys(conditions).length > 0, 'needs a field by which its records are known')
export type Conditions = z.infer<typeof Conditions>

const words = z.record(z.string(), z.string())
/** A field that counts only in records for which these conditions hold. */
const Guarded = z.strictObject({ from: pointer, only: Conditions })
const Places = z.union([
  pointer.transform((one) => [one]),
  Guarded.transform((one) => [one]),
  z.array(z.union([pointer, Guarded])).min(1),
])
export type Places = z.infer<typeof Places>

const Source = z.union(
  [
    Places,
    z.strictObject({ value: z.union([z.string(), z.number()]) }),
    /**
     * The parts that are there with blanks between; a part with which the next one begins is left out. With `with`, all
     * parts with that between: a local part and a domain with `@`; nothing where the last is missing.
     */
    z.strictObject({ join: z.array(pointer).min(1), with: z.string().min(1).max(10).optional() }),
    /** What the log's words mean; without a word for it the column stays empty. */
    z.strictObject({ from: pointers, words, otherwise: z.string().optional() }),
  ],
  {
    error:
      'is a pointer, {from: pointer, only: {...}}, a list of these, {value: ...}, {join: [...]} or {from: ..., words: {...}}',
  },
)
export type Source = z.infer<typeof Source>

const valuesOf = (source: Source): string[] => {
  if (Array.isArray(source) || 'join' in source) return []
  if ('value' in source) return [String(source.value)]
  return [...Object.values(source.words), ...(source.otherwise === undefined ? [] : [source.otherwise])]
}

/** The columns that take only certain words. */
const WORDS_OF: Partial<Record<MappedColumn, readonly string[]>> = { direction: DIRECTIONS, stage: STAGES }

const Columns = z
  .partialRecord(
    z.enum(MAPPED_COLUMNS, { error: `is no column; there are ${MAPPED_COLUMNS.join(', ')}` }),
    Source,
  )
  .superRefine((columns, context) => {
    for (const [column, known] of Object.entries(WORDS_OF)) {
      const source = columns[column as MappedColumn]
      const wrong = source === undefined ? undefined : valuesOf(source).find((word) => !known.includes(word))
      if (wrong !== undefined)
        context.addIssue({
          code: 'custom',
          path: [column],
          message: `${JSON.stringify(wrong)} is none of ${known.join(', ')}`,
        })
    }
  })

/** How records of fields (JSON, CEF, LEEF, key=value, CSV) become events: a format as data. */
export const Mapping = z.strictObject({
  /** `source_format` of its events, and what `--format` takes. */
  name: z.string().regex(/^[a-z][a-z0-9_]{1,39}$/, 'is a name of small letters, digits and _'),
  syntax: z
    .union([z.enum(SYNTAXES).transform((one) => [one]), z.array(z.enum(SYNTAXES)).min(1)], {
      error: `is none of ${SYNTAXES.join(', ')}`,
    })
    .default(['json']),
  /** What makes a record one of this format; of several sets of conditions one must hold. */
  when: z.union([Conditions.transform((one) => [one]), z.array(Conditions).min(1)], {
    error:
      'names fields that are there (true) or have one of some values, like {/event: [bounce, delivered]}',
  }),
  /** Columns without which a header line is not this format's, for `csv`; the fields of a row are lower-case. */
  header: z.array(z.string().toLowerCase()).min(1).optional(),
  /** Where records lie inside of what wraps them: an object, a list, or either as JSON in a string. */
  inside: pointers.default([]),
  /** Where the recipients are listed, if a record tells of several: a list, or addresses with commas between. */
  each: pointers.optional(),
  /** The field whose word says what became of it; with several fields, their words with / between. */
  outcome: z.strictObject({
    from: pointers.optional(),
    words: z.record(z.string(), z.enum(VERDICT_WORDS)).default({}),
    /** For other words; without it such a record is a dead letter. The word '' is that of a field that is not there. */
    otherwise: z.enum(VERDICT_WORDS).optional(),
  }),
  columns: Columns,
  /** IANA zone of times that have none; the general one where it is not given. */
  time_zone: timeZone.optional(),
})
export type Mapping = z.infer<typeof Mapping>
/** A mapping as it is written. */
export type MappingText = z.input<typeof Mapping>
