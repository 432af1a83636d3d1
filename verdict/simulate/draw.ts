import type { SubCause, SubjectKind, Verdict } from '../../schemas/verdict.ts'
import type { Fate } from './postfix-log.ts'
import type { Random } from './random.ts'
import type { Attempt, Course, Knock } from './traffic.ts'
import type { Place, Sender, World } from './world.ts'

/** What is really so, and what a verdict should therefore say. */
export interface Truth {
  verdict: Verdict
  kind: SubjectKind
  /** Names that are right: a wave that lies wholly within a narrower subject may be told as that. */
  subjects: string[]
  causes: SubCause[]
  /** What is right as well where there is more, or less, traffic than meant. */
  or?: Verdict
}

/** A course of events with its truth; without truths it is a healthy time. */
export interface Scenario extends Course {
  truths: Truth[]
  /** Whether this attempt, or refusal of our own, belongs to the wave. Gives the truth's place in the list. */
  belongs?: (attempt: Attempt) => number | undefined
  refused?: (knock: Knock) => boolean
}

/** What a scenario is drawn from. `rate` is in messages an hour. */
export interface Stage {
  world: World
  random: Random
  rate: number
  from: number
  to: number
}

/** Draws a scenario on a stage. */
export type Draw = (stage: Stage) => Scenario

/** What a wave of failed authentication is put down to. */
export const AUTH: SubCause[] = ['authentication']
/** Whether something happens within a stage's time. */
export const during = ({ from, to }: Stage, { at }: { at: number }): boolean => at >= from && at < to

const shareOf = (list: readonly { weight: number }[], item: { weight: number }): number =>
  item.weight / list.reduce((sum, { weight }) => sum + weight, 0)

/** One that gets mail enough for its trouble to be seen, if there is any. */
export function busy<T extends { weight: number }>(
  { random, rate }: Stage,
  list: readonly T[],
  within: readonly { weight: number }[],
  factor = 1,
): T {
  const enough = list.filter((item) => (rate / 6) * factor * shareOf(within, item) >= 8)
  if (enough.length > 0) return random.pick(enough)
  return [...list].sort((a, b) => b.weight - a.weight)[0] ?? random.pick(list)
}

const companies = ({ world }: Stage) => world.places.filter(({ consumer, dead }) => !consumer && !dead)
/** A company that gets mail enough. */
export function busyDomain(stage: Stage): Place {
  const list = companies(stage)
  // About half of the mail goes to companies.
  return busy(stage, list, list, 0.5)
}

/** One recipient domain refuses a share of all mail. */
export function oneDomain(words: Fate, causes: SubCause[], share = 1, place?: (stage: Stage) => Place): Draw {
  return (stage) => {
    const target = (place ?? busyDomain)(stage)
    const { random } = stage
    return {
      truths: [{ verdict: 'recipient_domain', kind: 'recipient_domain', subjects: [target.domain], causes }],
      belongs: (attempt) => (during(stage, attempt) && attempt.place === target ? 0 : undefined),
      fate: (attempt) =>
        during(stage, attempt) && attempt.place === target && random.next() < share ? words : undefined,
    }
  }
}

/** The providers that several unrelated domains are with. */
function providers(stage: Stage) {
  const groups = new Map<string, Place[]>()
  for (const place of stage.world.places)
    if (!place.dead) groups.set(place.provider, [...(groups.get(place.provider) ?? []), place])
  return [...groups]
    .filter(([, places]) => places.length >= 4)
    .map(([name, places]) => ({ name, places, weight: places.reduce((sum, { weight }) => sum + weight, 0) }))
}

/** One provider refuses a share of all mail. */
export function oneProvider(words: Fate, causes: SubCause[], share: (random: Random) => number): Draw {
  return (stage) => {
    const target = busy(stage, providers(stage), companies(stage), 0.4)
    const part = share(stage.random)
    const isIt = (attempt: Attempt) => during(stage, attempt) && attempt.place.provider === target.name
    return {
      truths: [{ verdict: 'provider_wide', kind: 'provider', subjects: [target.name], causes }],
      belongs: (attempt) => (isIt(attempt) ? 0 : undefined),
      fate: (attempt) => (isIt(attempt) && stage.random.next() < part ? words : undefined),
    }
  }
}

/** One sender is refused, by each recipient domain for a share of its mail. */
export function oneSender(words: string[], causes: SubCause[], share: (place: Place) => number): Draw {
  return (stage) => {
    const { world, random } = stage
    const target: Sender = busy(stage, world.senders, world.senders)
    const kind = random.pick(words)
    const isIt = (attempt: Attempt) => during(stage, attempt) && attempt.sender === target
    return {
      truths: [{ verdict: 'sender_wide', kind: 'sender_domain', subjects: [target.domain], causes }],
      belongs: (attempt) => (isIt(attempt) && share(attempt.place) > 0 ? 0 : undefined),
      fate: (attempt) =>
        isIt(attempt) && random.next() < share(attempt.place)
          ? { status: 'bounced', words: kind }
          : undefined,
    }
  }
}
