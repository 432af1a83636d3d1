import type { LoggedEvent } from '../schemas/event.ts'
import { detached } from './detached.ts'
import { parseObject } from './envelopes/json.ts'
import { packed, unpacked } from './packed-event.ts'

/** What the lines of one message said so far. */
export interface Message {
  sender: string
  message_id: string
  header_from_domain: string
  dkim_domain: string
  dkim_selector: string
  /** What else a format keeps of it, in its own words: the client of a session, the command last sent. See `kept`, too. */
  state: string
  /**
   * Recipients last seen deferred, by name: a line that gives a message up names no reply, or not even them.
   * The event as JSON, which keeps no slice of the lines that were read; few are ever asked for.
   */
  deferred: Map<string, string> | undefined
}

/**
 * The messages under way in one source partition. Its state is a function of the records alone: bounded by a number
 * of entries (messages and their deferrals, the oldest message gives way first), never by the clock, and kept with
 * the place in the source, so that a restart goes on as if there had been none.
 */
export interface Correlator {
  get(key: string): Message | undefined
  /** The message, begun where it is not known. */
  at(key: string): Message
  end(key: string): void
  /**
   * What a format keeps of a message beside its fields, as an object that it changes as it likes: its JSON goes into the
   * stage in the place of `state`. Every text in it has to be `detached`. `begin` makes it where there is none.
   */
  kept<Notes extends object>(key: string, begin: () => Notes): Notes
  /** The same, to read; undefined where there is none. */
  keptOf<Notes extends object>(key: string): Notes | undefined
  /** Remembers a recipient's deferral; `keepFirst` leaves one that is there. */
  defer(key: string, name: string, event: LoggedEvent, keepFirst?: boolean): void
  /** Forgets a recipient's deferral, and gives it. */
  settle(key: string, name: string): LoggedEvent | undefined
  /** Forgets a recipient's deferral. */
  forget(key: string, name: string): void
  /** Forgets all deferrals of a message and gives them. */
  settleAll(key: string): LoggedEvent[]
  /** A text that stands for the rest of the source, such as the columns that a header line named. */
  note(name: string): string | undefined
  setNote(name: string, text: string): void
  /** What changed since the last stage, or the whole state, as JSON: kept with the place in the source. */
  stage(full: boolean): string
}

/** A message as it is kept: its key, what its lines said, in the order of `SAID`, and its deferrals. */
type Stored = [key: string, said: string[], deferred: [string, string][]]

const SAID = ['sender', 'message_id', 'header_from_domain', 'dkim_domain', 'dkim_selector', 'state'] as const

/** What changed since the last time, or with `full` the whole state. */
interface Stage {
  full: boolean
  removed: string[]
  set: Stored[]
  /** All notes, where one changed or the stage is full. */
  notes?: [string, string][]
}

// A partition has one for each host that writes tables.
const MAX_NOTES = 1000

/** A message with what must be known to keep its changes: its place in the order, and whether it was kept before. */
interface Kept extends Message {
  key: string
  order: number
  kept: boolean
  changed: boolean
  /** What `state` says, once it was asked for as an object. */
  notes: object | undefined
}

const newMessage = (key: string, order: number): Kept => ({
  key,
  sender: '',
  message_id: '',
  header_from_domain: '',
  dkim_domain: '',
  dkim_selector: '',
  state: '',
  deferred: undefined,
  order,
  kept: false,
  changed: false,
  notes: undefined,
})

function notesOf<Notes extends object>(message: Kept): Notes | undefined {
  if (message.notes === undefined) message.notes = parseObject(message.state)
  return message.notes as Notes | undefined
}

function saidOf(message: Kept): string[] {
  if (message.notes !== undefined) message.state = JSON.stringify(message.notes)
  return SAID.map((name) => message[name])
}

const NONE: ReadonlyMap<string, string> = new Map()

/** Opens the memory of a partition: empty, or what the stages since the last full one add up to. */
export function openCorrelator(maxEntries: number, stages: readonly string[] = []): Correlator {
  const messages = new Map<string, Kept>()
  // Those that ended leave it at once: most begin and end within a block, and would outlive its young garbage in here.
  const changed = new Set<Kept>()
  const removed = new Set<string>()
  const notes = new Map<string, string>()
  let noted = false
  let entries = 0
  let order = 0

  function change(message: Kept): Kept {
    if (!message.changed) {
      message.changed = true
      changed.add(message)
    }
    return message
  }

  function end(key: string): void {
    const message = messages.get(key)
    if (message === undefined) return
    entries -= 1 + (message.deferred?.size ?? 0)
    messages.delete(key)
    changed.delete(message)
    if (message.kept) removed.add(message.key)
  }

  function makeRoom(): void {
    while (entries >= maxEntries) {
      const oldest = messages.keys().next().value
      if (oldest === undefined) return
      end(oldest)
    }
  }

  function at(key: string): Kept {
    const known = messages.get(key)
    if (known !== undefined) return change(known)
    makeRoom()
    const message = newMessage(detached(key), order++)
    messages.set(message.key, message)
    entries++
    return change(message)
  }

  function kept<Notes extends object>(key: string, begin: () => Notes): Notes {
    const message = at(key)
    const known = notesOf<Notes>(message)
    if (known !== undefined) return known
    const notes = begin()
    message.notes = notes
    return notes
  }

  function keptOf<Notes extends object>(key: string): Notes | undefined {
    const message = messages.get(key)
    return message === undefined ? undefined : notesOf<Notes>(message)
  }

  function defer(key: string, name: string, event: LoggedEvent, keepFirst = false): void {
    const known = messages.get(key)?.deferred?.has(name) ?? false
    if (known && keepFirst) return
    if (!known) makeRoom()
    const message = at(key)
    message.deferred ??= new Map()
    message.deferred.set(detached(name), packed(event))
    if (!known) entries++
  }

  function take(key: string, name: string): string | undefined {
    const message = messages.get(key)
    const event = message?.deferred?.get(name)
    if (message?.deferred?.delete(name)) {
      entries--
      change(message)
    }
    return event
  }

  function settle(key: string, name: string): LoggedEvent | undefined {
    const event = take(key, name)
    return event === undefined ? undefined : unpacked(event)
  }

  function settleAll(key: string): LoggedEvent[] {
    const names = [...(messages.get(key)?.deferred?.keys() ?? [])]
    return names.map((name) => settle(key, name)).filter((event) => event !== undefined)
  }

  function setNote(name: string, text: string): void {
    if (notes.get(name) === text) return
    notes.delete(name)
    const oldest = notes.size < MAX_NOTES ? undefined : notes.keys().next().value
    if (oldest !== undefined) notes.delete(oldest)
    notes.set(detached(name), detached(text))
    noted = true
  }

  /** In the order in which the messages were begun, which is the order in which they give way. */
  function stored(of: Iterable<Kept>): Stored[] {
    const inOrder = [...of].sort((a, b) => a.order - b.order)
    return inOrder.map((message) => {
      message.kept = true
      return [message.key, saidOf(message), [...(message.deferred ?? NONE)]]
    })
  }

  function stage(full: boolean): string {
    const set = stored(full ? messages.values() : changed)
    const state: Stage = { full, removed: full ? [] : [...removed], set }
    if ((full && notes.size > 0) || noted) state.notes = [...notes]
    noted = false
    removed.clear()
    for (const message of changed) message.changed = false
    changed.clear()
    return JSON.stringify(state)
  }

  function restore({ full, removed: gone, set, notes: kept }: Stage): void {
    if (kept !== undefined) {
      notes.clear()
      for (const [name, text] of kept) notes.set(name, text)
    }
    if (full) for (const key of [...messages.keys()]) end(key)
    for (const key of gone) end(key)
    for (const [key, said, deferred] of set) {
      const before = messages.get(key)
      entries += 1 + deferred.length - (before === undefined ? 0 : 1 + (before.deferred?.size ?? 0))
      const message = newMessage(key, before?.order ?? order++)
      message.deferred = new Map(deferred)
      message.kept = true
      SAID.forEach((name, index) => {
        message[name] = said[index] ?? ''
      })
      messages.set(key, message)
    }
    removed.clear()
  }

  for (const text of stages) restore(JSON.parse(text) as Stage)
  return {
    get: (key) => messages.get(key),
    at,
    end,
    kept,
    keptOf,
    defer,
    settle,
    forget: (key, name) => void take(key, name),
    settleAll,
    note: (name) => notes.get(name),
    setNote,
    stage,
  }
}
