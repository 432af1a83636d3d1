import { DIRECTIONS } from '../../schemas/event.ts'
import type { Incident } from '../../schemas/incident.ts'
import type { VerdictItem } from '../../schemas/verdict.ts'
import type { Store } from '../../store/store.ts'
import { judgeWindow } from '../judge.ts'
import { type CaseSelection, type FoundCase, readCases } from './cases.ts'
import { selectionOf, waveAbout } from './subject.ts'

const SIMILAR = 5

/** What a packet is about: the wave, where there is one, and the refusals, of which the first is the case. */
export interface Found {
  item: VerdictItem | undefined
  cases: FoundCase[]
}

async function findOfItem(store: Store, item: VerdictItem, wanted: CaseSelection): Promise<Found> {
  return { item, cases: await readCases(store, { ...selectionOf(item), ...wanted }, 1 + SIMILAR) }
}

/** The refusals of an incident, over its whole life. */
export function findOfIncident(store: Store, { height, opened_at, last_seen }: Incident): Promise<Found> {
  return findOfItem(store, height, { from: opened_at, to: last_seen + 1000 })
}

/** The wave about a subject in the window that ends at `at`; without one, its refusals. */
export async function findOfSubject(
  store: Store,
  wanted: CaseSelection,
  at: number,
  window_ms: number,
): Promise<Found> {
  const directions = wanted.direction ? [wanted.direction] : DIRECTIONS
  const item = waveAbout(await judgeWindow(store, { at, window_ms }, directions), wanted)
  const asked = { ...wanted, from: at - window_ms, to: at }
  if (item !== undefined) return findOfItem(store, item, { ...asked, direction: item.direction })
  return { item, cases: await readCases(store, asked, 1 + SIMILAR) }
}

/** The newest refusal of one message or recipient (before `at`), and the wave that it belongs to. */
export async function findOfMessage(
  store: Store,
  wanted: CaseSelection,
  at: number | undefined,
  window_ms: number,
): Promise<Found> {
  const cases = await readCases(store, { ...wanted, ...(at === undefined ? {} : { to: at }) }, 1)
  const [one] = cases
  if (one === undefined) return { item: undefined, cases }
  // Some minutes after it, for the wave is better seen than at its first refusal.
  const end = Math.max(at ?? Math.min(Date.now(), one.time_ms + Math.floor(window_ms / 3)), one.time_ms + 1)
  const item = waveAbout(await judgeWindow(store, { at: end, window_ms }, [one.direction]), {
    sender: one.case.sender_domain,
    domain: one.recipient_org_domain,
    provider: one.case.provider,
    ip: one.case.source_ip,
  })
  const alike: CaseSelection =
    item === undefined ? { direction: one.direction, domain: one.recipient_org_domain } : selectionOf(item)
  const others = await readCases(store, { ...alike, from: end - window_ms, to: end }, 1 + SIMILAR)
  const isOther = ({ case: other }: FoundCase) => other.recipient !== one.case.recipient
  return { item, cases: [one, ...others.filter(isOther).slice(0, SIMILAR)] }
}
