import type { SubCause, SubjectKind, Verdict } from '../../schemas/verdict.ts'
import {
  AUTH,
  busy,
  busyDomain,
  type Draw,
  during,
  oneDomain,
  oneProvider,
  oneSender,
  type Stage,
} from './draw.ts'
import type { Fate } from './postfix-log.ts'
import type { Attempt, Knock } from './traffic.ts'
import type { Place, Sender } from './world.ts'

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
  // Some say that it is by policy.
  domain_denies: oneDomain({ status: 'bounced', words: 'denied' }, ['undetermined', 'policy'], 0.95),
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
