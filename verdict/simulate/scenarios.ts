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

type Draw = (stage: Stage) => Scenario

const AUTH: SubCause[] = ['authentication']
const during = ({ from, to }: Stage, { at }: { at: number }): boolean => at >= from && at < to

const shareOf = (list: readonly { weight: number }[], item: { weight: number }): number =>
  item.weight / list.reduce((sum, { weight }) => sum + weight, 0)

/** One that gets mail enough for its trouble to be seen, if there is any. */
function busy<T extends { weight: number }>(
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
function busyDomain(stage: Stage): Place {
  const list = companies(stage)
  // About half of the mail goes to companies.
  return busy(stage, list, list, 0.5)
}

function oneDomain(words: Fate, causes: SubCause[], share = 1, place?: (stage: Stage) => Place): Draw {
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

function oneProvider(words: Fate, causes: SubCause[], share: (random: Random) => number): Draw {
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

function oneSender(words: string[], causes: SubCause[], share: (place: Place) => number): Draw {
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

const listedAddress: Draw = (stage) => {
  const { world, random } = stage
  const target = random.pick(world.hosts)
  const users = world.senders.filter(({ hosts }) => hosts.includes(target))
  const greeting = random.next() < 0.3
  const isIt = (attempt: Attempt) =>
    during(stage, attempt) && attempt.delivery.host === target && attempt.place.enforces
  const all = world.hosts.length === 1 && world.senders.length >= 3
  return {
    truths: [
      all
        ? { verdict: 'platform_wide', kind: 'all', subjects: ['all'], causes: ['reputation'] }
        : {
            verdict: 'sender_wide',
            kind: 'source_ip',
            subjects: [
              target.ip,
              ...(users.length === 1 || world.hosts.length === 1 ? users.map(({ domain }) => domain) : []),
            ],
            causes: ['reputation'],
          },
    ],
    belongs: (attempt) => (isIt(attempt) ? 0 : undefined),
    fate: (attempt) =>
      isIt(attempt) && random.next() < 0.95 ? { status: 'bounced', words: 'ip_listed', greeting } : undefined,
  }
}

function platform(fate: Fate, causes: SubCause[], isHit: (place: Place) => boolean): Draw {
  return (stage) => {
    const isIt = (attempt: Attempt) => during(stage, attempt) && isHit(attempt.place)
    const { senders } = stage.world
    const few = senders.length < 3
    return {
      truths: [
        few
          ? {
              verdict: 'sender_wide',
              kind: 'sender_domain',
              // Of two senders at one address, either is the whole of it.
              subjects: [...senders.map(({ domain }) => domain), ...stage.world.hosts.map(({ ip }) => ip)],
              causes,
            }
          : { verdict: 'platform_wide', kind: 'all', subjects: ['all'], causes },
      ],
      belongs: (attempt) => (isIt(attempt) ? 0 : undefined),
      fate: (attempt) => (isIt(attempt) && stage.random.next() < 0.95 ? fate : undefined),
    }
  }
}

// The MX records changed; who still asks the old host is refused, and ever fewer do.
const migration: Draw = (stage) => {
  const target = busyDomain(stage)
  const { random, from } = stage
  const words = target.family === 'microsoft' && random.next() < 0.5 ? 'edge_denied' : 'relay_denied'
  const isIt = (attempt: Attempt) => during(stage, attempt) && attempt.place === target
  return {
    truths: [
      {
        verdict: 'recipient_domain',
        kind: 'recipient_domain',
        subjects: [target.domain],
        causes: ['routing', 'directory'],
      },
    ],
    belongs: (attempt) => (isIt(attempt) ? 0 : undefined),
    fate: (attempt) =>
      isIt(attempt) && random.next() < 0.95 - (attempt.at - from) / 7_200_000
        ? { status: 'bounced', words }
        : undefined,
  }
}

const staleList: Draw = (stage) => {
  const { world, random } = stage
  const target = busy(stage, world.senders, world.senders, 0.5)
  const share = random.between(0.15, 0.6)
  return {
    truths: [
      { verdict: 'mailbox_noise', kind: 'sender_domain', subjects: [target.domain], causes: ['mailbox'] },
    ],
    unknown: (sender, at) => (sender === target && during(stage, { at }) ? share : sender.unknown),
    belongs: (attempt) =>
      during(stage, attempt) && attempt.sender === target && !attempt.exists ? 0 : undefined,
  }
}

const tinySender: Draw = (stage) => {
  const { world, random, rate } = stage
  const target: Sender = {
    domain: 'tiny.example',
    weight: 0,
    hosts: [random.pick(world.hosts)],
    consumers: 0.5,
    unknown: 0,
  }
  // About six messages in fifteen minutes, whatever the others send.
  const others = world.senders.reduce((sum, { weight }) => sum + weight, 0)
  target.weight = (others * 24) / Math.max(rate, 24)
  world.senders.push(target)
  const isIt = (attempt: Attempt) => during(stage, attempt) && attempt.sender === target
  return {
    truths: [
      {
        verdict: 'insufficient_data',
        or: 'sender_wide',
        kind: 'sender_domain',
        subjects: [target.domain],
        causes: ['undetermined'],
      },
    ],
    belongs: (attempt) => (isIt(attempt) ? 0 : undefined),
    fate: (attempt) => (isIt(attempt) ? { status: 'bounced', words: 'denied' } : undefined),
  }
}

const two: Draw = (stage) => {
  const first = oneDomain({ status: 'bounced', words: 'relay_denied' }, ['routing'])(stage)
  const second = oneSender(['dmarc', 'spf'], AUTH, ({ enforces }) => (enforces ? 0.95 : 0))(stage)
  return {
    truths: [...first.truths, ...second.truths],
    belongs: (attempt) =>
      first.belongs?.(attempt) ?? (second.belongs?.(attempt) === undefined ? undefined : 1),
    fate: (attempt) => first.fate?.(attempt) ?? second.fate?.(attempt),
  }
}

const greylisting: Draw = (stage) => {
  const { random, world } = stage
  // A shared filter begins to greylist: every first try waits, every retry passes.
  const hit = new Set(world.places.filter(({ dead }) => !dead && random.next() < 0.4))
  return {
    truths: [],
    fate: (attempt) =>
      during(stage, attempt) && attempt.tries === 0 && hit.has(attempt.place)
        ? { status: 'deferred', words: 'greylisted' }
        : undefined,
  }
}

const retries: Draw = (stage) => {
  const target = busyDomain(stage)
  let left = 3
  const held = new Set<string>()
  return {
    truths: [],
    // Three messages that are refused for now, again and again.
    fate: (attempt) => {
      const { queue_id, recipient } = attempt.delivery
      const key = `${queue_id} ${recipient}`
      if (attempt.place === target && attempt.tries === 0 && during(stage, attempt) && left-- > 0)
        held.add(key)
      return held.has(key) ? { status: 'deferred', trouble: 'lost' } : undefined
    },
  }
}

function ownGateway(
  kind: SubjectKind,
  verdict: Verdict,
  causes: SubCause[],
  choose: (stage: Stage) => { name: string; isHit: (knock: Knock) => boolean },
  reply: (knock: Knock) => string,
): Draw {
  return (stage) => {
    const { name, isHit } = choose(stage)
    const isIt = (knock: Knock) => during(stage, knock) && isHit(knock)
    // Where we have one domain, it and everyone are the same mail.
    const isOnly = kind === 'recipient_domain' && stage.world.own.length === 1
    return {
      truths: [
        {
          verdict,
          kind,
          subjects: [name, ...(isOnly ? ['all'] : [])],
          causes,
          ...(isOnly ? { or: 'platform_wide' as const } : {}),
        },
      ],
      refused: isIt,
      refuse: (knock) => (isIt(knock) ? reply(knock) : undefined),
    }
  }
}

/** The kinds of trouble, and of quiet. */
export const SCENARIOS: Readonly<Record<string, Draw>> = {
  quiet: () => ({ truths: [] }),
  domain_refuses: oneDomain({ status: 'bounced', words: 'relay_denied' }, ['routing']),
  domain_denies: oneDomain({ status: 'bounced', words: 'denied' }, ['undetermined'], 0.95),
  domain_down: oneDomain({ status: 'deferred', trouble: 'timeout' }, ['network']),
  mx_migration: migration,
  directory_lost: oneDomain({ status: 'bounced', words: 'user_unknown' }, ['directory', 'mailbox']),
  provider_block: oneProvider({ status: 'bounced', words: 'ip_listed' }, ['reputation'], (random) =>
    random.between(0.7, 1),
  ),
  provider_outage: oneProvider({ status: 'deferred', trouble: 'lost' }, ['network'], (random) =>
    random.between(0.6, 1),
  ),
  provider_throttles: oneProvider({ status: 'deferred', words: 'throttled' }, ['throttling'], () => 0.98),
  broken_dmarc: oneSender(['dmarc'], AUTH, ({ enforces }) => (enforces ? 0.97 : 0)),
  broken_spf_or_dkim: oneSender(['spf', 'unauthenticated'], AUTH, ({ enforces }) => (enforces ? 0.7 : 0)),
  denied_everywhere: oneSender(['denied'], ['undetermined'], () => 0.7),
  domain_listed: oneSender(['domain_listed'], ['reputation'], ({ enforces }) => (enforces ? 0.8 : 0)),
  address_listed: listedAddress,
  range_listed: platform(
    { status: 'bounced', words: 'ip_listed' },
    ['reputation'],
    ({ enforces }) => enforces,
  ),
  uplink_down: platform({ status: 'deferred', trouble: 'timeout' }, ['network'], () => true),
  stale_list: staleList,
  tiny_sender: tinySender,
  two_at_once: two,
  greylisting_wave: greylisting,
  retries_of_one: retries,
  inbound_everyone: ownGateway(
    'all',
    'platform_wide',
    ['undetermined', 'directory', 'throttling', 'relay'],
    () => ({ name: 'all', isHit: () => true }),
    ({ to }) => `451 4.3.0 <${to}>: Temporary lookup failure`,
  ),
  inbound_sender: ownGateway(
    'sender_domain',
    'sender_wide',
    AUTH,
    ({ world }) => {
      const name = world.partners[0]?.domain ?? ''
      return { name, isHit: ({ from }) => from === name }
    },
    ({ from }) => `550 5.7.1 rejected by DMARC policy for ${from}`,
  ),
  inbound_domain: ownGateway(
    'recipient_domain',
    'recipient_domain',
    ['routing', 'relay'],
    ({ world }) => {
      const name = world.own[0]?.domain ?? ''
      return { name, isHit: ({ to }) => to.endsWith(`@${name}`) }
    },
    ({ to }) => `554 5.7.1 <${to}>: Relay access denied`,
  ),
}
