import type { VerdictItem } from '../../schemas/verdict.ts'
import { WAVES } from '../incidents/incident.ts'
import type { CaseSelection } from './cases.ts'

/** The refusals that a verdict is about. */
export function selectionOf({ direction, subject_kind, subject }: VerdictItem): CaseSelection {
  switch (subject_kind) {
    case 'recipient_domain':
      return { direction, domain: subject }
    case 'provider':
      return { direction, provider: subject }
    case 'sender_domain':
      return { direction, sender: subject }
    case 'source_ip':
      return { direction, ip: subject }
    case 'all':
      return { direction }
  }
}

/** The wave whose subject is among these names; else the one that holds everything. */
export function waveAbout(
  items: readonly VerdictItem[],
  { domain, provider, sender, ip }: CaseSelection,
): VerdictItem | undefined {
  const names = { recipient_domain: domain, provider, sender_domain: sender, source_ip: ip, all: undefined }
  const waves = items.filter(({ verdict }) => WAVES.includes(verdict))
  return (
    waves.find(({ subject_kind, subject }) => subject === names[subject_kind]) ??
    waves.find(({ subject_kind }) => subject_kind === 'all')
  )
}
