import type { LoggedEvent } from '../../../schemas/event.ts'
import type { MappedColumn, Mapping, Places, Source } from '../../../schemas/mapping.ts'
import { detached } from '../../detached.ts'
import type { EnvelopeContext } from '../../envelopes/envelope.ts'
import { isoStampOf } from '../../envelopes/timestamp.ts'
import { enhancedCode, replyCode } from '../reply.ts'
import { trimmed } from '../values.ts'
import { compileConditions } from './conditions.ts'
import { SETTERS } from './setters.ts'
import { enhancedCodeOf, textOf, timeOf } from './values.ts'
import { firstFound, type Lookup, type View } from './view.ts'

/** Puts what the record at hand says into an event. */
export type Fill = (event: LoggedEvent, clock: EnvelopeContext) => void

/** Texts with blanks between, without one with which the next begins: `550` before `550 5.1.1 no`. */
function joined(parts: readonly Lookup[]): string {
  let text = ''
  let part = ''
  for (const lookup of parts) {
    const next = trimmed(textOf(lookup()))
    if (part !== '' && !next.startsWith(part)) text += text === '' ? part : ` ${part}`
    part = next
  }
  return part === '' ? text : text === '' ? part : `${text} ${part}`
}

/** A blank, comma, slash, colon or semicolon: what parts words. */
const isBreak = (c: number) => c === 0x20 || c === 0x2c || c === 0x2f || c === 0x3a || c === 0x3b

/** As much of a word as is looked at; a log may put a whole reply there. */
const MAX_WORD = 200

/** A word that is known, and what it means. */
interface Known<Meaning> {
  word: string
  meaning: Meaning
}

/** As many combinations of words are remembered as were asked for; a log may have others without end. */
const MAX_ASKED = 32
/** A longer text is no word that comes again. */
const MAX_ASKED_LENGTH = 60

/** The words of several fields, and what they mean together; undefined where none of them is known. */
interface Asked<Meaning> {
  words: readonly string[]
  /** With `/` between; a field that is missing leaves no gap at the end. */
  said: string
  known: Known<Meaning> | undefined
}

/**
 * Gives a function that finds what the words of some fields mean: for `a/b c: d` the longest known beginning, which is the
 * whole, then `a/b c`, `a/b` and `a`. Case does not count.
 */
export function meanings<Meaning>(
  lookups: readonly Lookup[],
  words: Readonly<Record<string, Meaning>>,
): () => Asked<Meaning> {
  const known = new Map<string, Known<Meaning>>()
  for (const [word, meaning] of Object.entries(words))
    known.set(word.toLowerCase(), { word: word.toLowerCase(), meaning })

  function find(text: string): Known<Meaning> | undefined {
    for (let word = text.slice(0, MAX_WORD).toLowerCase(); ; ) {
      const found = known.get(word)
      if (found !== undefined) return found
      let end = word.length - 1
      while (end > 0 && !isBreak(word.charCodeAt(end))) end--
      if (end <= 0) return undefined
      word = word.slice(0, end)
    }
  }

  // Few combinations come again and again: to compare the words costs less than to join and hash them.
  const asked: Asked<Meaning>[] = []
  const said = lookups.map(() => '')

  const isAsked = ({ words }: Asked<Meaning>) => {
    for (let i = 0; i < words.length; i++) if (words[i] !== said[i]) return false
    return true
  }

  return () => {
    for (let i = 0; i < lookups.length; i++) said[i] = textOf((lookups[i] as Lookup)())
    for (let i = 0; i < asked.length; i++) {
      const before = asked[i] as Asked<Meaning>
      if (isAsked(before)) return before
    }
    const text = said.filter((word) => word !== '').join('/')
    const now = { words: said.map(detached), said: detached(text), known: find(text) }
    if (text.length > MAX_ASKED_LENGTH) return now
    if (asked.length >= MAX_ASKED) asked.length = 0
    asked.push(now)
    return now
  }
}

/** The first of several places that holds anything, if its conditions hold. */
function firstPlace(places: Places, view: View): Lookup {
  return firstFound(
    places.map((place) => {
      if (typeof place === 'string') return view.lookup(place)
      const lookup = view.lookup(place.from)
      const holds = compileConditions(place.only, view)
      return () => (holds() ? lookup() : undefined)
    }),
  )
}

/** Whatever a column's source says, as a value that its column still has to take. */
function read(source: Source, view: View): Lookup {
  if (Array.isArray(source)) return firstPlace(source, view)
  if ('value' in source) return () => source.value
  if ('join' in source) {
    const parts = source.join.map(view.lookup)
    const { with: mark } = source
    if (mark === undefined) return () => joined(parts)
    return () => {
      const texts = parts.map((part) => trimmed(textOf(part())))
      return texts.at(-1) === '' ? '' : texts.join(mark)
    }
  }
  const meaningOf = meanings(source.from.map(view.lookup), source.words)
  return () => meaningOf().known?.meaning ?? source.otherwise ?? ''
}

/** A date and a time in fields of their own are not joined first where they are ISO 8601's: that costs as much as to read them. */
function fillTime(source: Source, view: View): Fill {
  const lookup = read(source, view)
  const isJoined = !Array.isArray(source) && 'join' in source && source.with === undefined
  const [date, time, more] = isJoined ? source.join.map(view.lookup) : []
  if (date === undefined || time === undefined || more !== undefined)
    return (event, clock) => {
      event.event_time = timeOf(lookup(), clock)
    }
  return (event, clock) => {
    const stamp = isoStampOf(textOf(date()), textOf(time()), clock)
    event.event_time = stamp === undefined ? timeOf(lookup(), clock) : stamp.time
  }
}

/** Some columns of a mapping in one function, and not one for each: a call through a closure costs as much as its work. */
function fillAll(sources: readonly (readonly [MappedColumn, Source])[], view: View): Fill {
  const times = sources
    .filter(([column]) => column === 'event_time')
    .map(([, source]) => fillTime(source, view))
  const columns = sources.flatMap(([column, source]) =>
    column === 'event_time' ? [] : [{ lookup: read(source, view), set: SETTERS[column] }],
  )
  return (event, clock) => {
    for (const fill of times) fill(event, clock)
    for (const { lookup, set } of columns) {
      const text = textOf(lookup())
      if (text !== '') set(event, text)
    }
  }
}

/** What a reply says by itself goes before the columns of the log for it. */
function fillCodes(event: LoggedEvent): void {
  const code = replyCode(event.reply_text)
  if (code !== 0) event.reply_code = code
  event.enhanced_code =
    enhancedCode(event.reply_text) ||
    event.enhanced_code ||
    (code === 0 ? enhancedCodeOf(event.reply_text) : '')
}

/** The pointers that a source looks up. */
function pointersOf(source: Source): readonly string[] {
  if (Array.isArray(source))
    return source.flatMap((place) =>
      typeof place === 'string' ? place : [place.from, ...Object.keys(place.only)],
    )
  return 'value' in source ? [] : 'join' in source ? source.join : source.from
}

/** The columns of a mapping in two functions: those that all recipients of a record share, and those of each recipient. */
export interface Fills {
  shared: Fill
  own: Fill
}

/** All columns of a mapping, out of the record and the recipient that the view has. */
export function fillColumns(columns: Mapping['columns'], view: View): Fills {
  const sources = Object.entries(columns) as [MappedColumn, Source][]
  const isOwn = (source: Source) => pointersOf(source).some((pointer) => pointer.startsWith('.'))
  const own = sources.filter(([, source]) => isOwn(source))
  const shared = sources.filter(([, source]) => !isOwn(source))
  const fillOwn = fillAll(own, view)
  return {
    shared: fillAll(shared, view),
    own(event, clock) {
      fillOwn(event, clock)
      fillCodes(event)
    },
  }
}
