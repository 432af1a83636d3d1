import type { Direction } from '../../schemas/event.ts'
import type { SubCause, Verdict } from '../../schemas/verdict.ts'

const SENDER: Partial<Record<SubCause, string>> = {
  authentication:
    'Check SPF, DKIM and DMARC of the sender domain and their alignment with the visible From (faultline check); mend the record or the signing, and leave the DMARC policy as it is.',
  reputation:
    'Look the sending address and domain up in the block lists that the replies name; stop the cause (compromised account, bad list) before asking for delisting.',
  content:
    'Compare the refused messages: links, attachments and size; hold that mailing until it is changed.',
  dns: 'Check that the sender domain resolves and has MX, and that the sending address has a matching PTR (RFC 1912, 2.1).',
  throttling: 'Slow down: lower the concurrency and rate to these receivers, and let the queue drain.',
  tls: 'Check the TLS version, the certificate and the policy (MTA-STS, DANE) of the sending server.',
  network: 'Check the route, the firewall and DNS of the sending server: connections fail before any reply.',
}

const RECIPIENT: Partial<Record<SubCause, string>> = {
  directory:
    "Send the recipient's postmaster the evidence: the gateway's directory does not know its recipients or the domain; ask for accepted domains, directory sync and MX after a migration.",
  routing:
    "Send the recipient's postmaster the evidence: the host that answers does not take mail for the domain; compare its MX records with that host.",
  dns: "Check the recipient domain's MX and address records; tell its owner by another way if they are gone.",
  authentication:
    "Other receivers take this mail, but this one judges it unauthenticated: check SPF, DKIM and DMARC anyway, then send the recipient's postmaster the evidence with the current results.",
  reputation:
    "Other receivers take this mail: ask the recipient's postmaster which list or score refused it, with the sending address and time.",
  policy:
    'Other receivers take this mail, but a policy of this one does not: send its postmaster the whole reply, and ask which policy it is and for an exception.',
  throttling: 'Lower the rate to this receiver and let the queue drain; ask its postmaster if it lasts.',
  tls: "Compare the TLS versions and certificate of the recipient's MX with our policy (MTA-STS, DANE); tell its postmaster.",
  network:
    "The recipient's servers do not answer: check from another network, keep the mail queued, tell its postmaster.",
}

// Where receivers' names are not found for now, whoever they are.
const OUR_RESOLVER =
  "Check the resolvers of the sending server: the receivers' names are not found, before any connection is tried."
// Where one receiver does not find our names in DNS.
const OUR_NAMES =
  "Other receivers take this mail, but this one does not find our names: check the PTR of the sending address and that the sender domain resolves, then send the recipient's postmaster the evidence."
const OF_OUR_NAMES: readonly string[] = ['client_dns_invalid', 'sender_domain_invalid']

const DEFAULTS: Record<Verdict, string> = {
  recipient_domain:
    "Send the recipient's postmaster an escalation packet; the same senders are accepted elsewhere, so nothing is to be changed on our side.",
  provider_wide:
    "Look at the provider's status page, then send its postmaster an escalation packet naming several of the domains.",
  sender_wide:
    "Check the sender's authentication (SPF, DKIM, DMARC), then the reputation of its domain and address: unrelated receivers refuse it.",
  platform_wide:
    'Check our own side first: sending addresses in block lists, PTR, outgoing network, DNS and the relay; unrelated receivers refuse most senders.',
  mailbox_noise:
    'No incident. Take addresses that are unknown out of the list; keep full mailboxes for a retry.',
  insufficient_data:
    'Wait for more mail or widen the window (--window 1h); what is missing stands in the notes.',
}

const INBOUND: Record<Verdict, string> = {
  recipient_domain:
    'We refuse mail for this domain of ours: check its accepted-domain entry, directory and gateway policy.',
  provider_wide: 'We refuse mail for several of our domains behind one gateway: check its latest change.',
  sender_wide:
    "We refuse this sender while others pass: send its postmaster the reply and our authentication results; don't loosen our DMARC check for one sender.",
  platform_wide:
    'We refuse most senders: check our own gateway first (directory, block-list look-ups that fail, DNS, certificates).',
  mailbox_noise: DEFAULTS.mailbox_noise,
  insufficient_data: DEFAULTS.insufficient_data,
}

/** What to do next, on the side that is at fault. `reason` is that of most replies. */
export function nextStep(verdict: Verdict, subCause: SubCause, direction: Direction, reason = ''): string {
  if (direction === 'inbound') return INBOUND[verdict]
  const isOurs = verdict === 'sender_wide' || verdict === 'platform_wide'
  if (isOurs && subCause === 'dns' && reason === 'network_error') return OUR_RESOLVER
  if (isOurs) return SENDER[subCause] ?? DEFAULTS[verdict]
  if (verdict === 'mailbox_noise' || verdict === 'insufficient_data') return DEFAULTS[verdict]
  if (subCause === 'dns' && OF_OUR_NAMES.includes(reason)) return OUR_NAMES
  return RECIPIENT[subCause] ?? DEFAULTS[verdict]
}
