import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as z from 'zod'
import type { PacketContact } from '../../schemas/packet.ts'
import type { Verdict } from '../../schemas/verdict.ts'
import type { Remedy } from './remedies.ts'

const Contacts = z.strictObject({
  version: z.literal(1),
  note: z.string(),
  providers: z.record(
    z.string(),
    z.strictObject({
      name: z.string(),
      contacts: z
        .array(
          z.strictObject({
            address: z.union([z.email(), z.url({ protocol: /^https$/ })]),
            role: z.string(),
          }),
        )
        .min(1),
      note: z.string().optional(),
    }),
  ),
})

/** Desks and forms of providers, by the ids of the provider table. */
export const PROVIDER_CONTACTS: z.infer<typeof Contacts>['providers'] = Contacts.parse(
  JSON.parse(readFileSync(join(import.meta.dirname, 'contacts.json'), 'utf8')),
).providers

// RFC 1035, 2.3.1 with underscores: what stands in a log as a domain may be anything.
const DOMAIN = /^(?=.{1,253}$)[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63})+$/

// RFC 2142, 5 and 4: every domain that takes mail has a postmaster (RFC 5321, 4.5.1 too) and an abuse desk.
const postmaster = (domain: string, whose: string): PacketContact[] =>
  DOMAIN.test(domain) ? [{ address: `postmaster@${domain}`, role: `postmaster of ${whose}` }] : []
const abuse = (domain: string, whose: string): PacketContact[] =>
  DOMAIN.test(domain) ? [{ address: `abuse@${domain}`, role: `abuse desk of ${whose}` }] : []

function desk(provider: string, remedy: Remedy | undefined): PacketContact[] {
  // What a provider has for this very reason comes before its general desk.
  const own = remedy !== undefined && Object.hasOwn(remedy.providers, provider) && remedy.providers[provider]
  const form = own ? [{ address: own.url, role: own.note }] : []
  const known = Object.hasOwn(PROVIDER_CONTACTS, provider) ? PROVIDER_CONTACTS[provider] : undefined
  if (known !== undefined)
    return [
      ...form,
      ...known.contacts.map(({ address, role }) => ({ address, role: `${known.name}: ${role}` })),
    ]
  // A provider that the table does not know goes by the domain of its hosts.
  return [...form, ...postmaster(provider, `the host that answered, ${provider}`)]
}

/** Where a case lies, as far as it tells whom to ask. */
export interface Where {
  direction: 'outbound' | 'inbound'
  verdict: Verdict | ''
  sender_domain: string
  recipient_domain: string
  provider: string
  /** What can be done about the reason, where that is known. */
  remedy?: Remedy | undefined
}

/** Whom to send a packet to, the first first: the side at fault, never just anybody. */
export function contactsFor(where: Where): PacketContact[] {
  const contacts = allContacts(where)
  return contacts.filter(({ address }, i) => contacts.findIndex((other) => other.address === address) === i)
}

function allContacts({
  direction,
  verdict,
  sender_domain,
  recipient_domain,
  provider,
  remedy,
}: Where): PacketContact[] {
  const sender = (whose: string) => [...postmaster(sender_domain, whose), ...abuse(sender_domain, whose)]
  if (direction === 'inbound')
    return verdict === 'sender_wide' || verdict === ''
      ? sender('the sender that we refuse')
      : postmaster(recipient_domain, 'our own domain')
  switch (verdict) {
    case 'provider_wide':
      return provider === '' ? postmaster(recipient_domain, 'the recipient') : desk(provider, remedy)
    case 'sender_wide':
    case 'platform_wide':
      // The receivers are right to refuse, or have it from a list: our own side acts first.
      return [...postmaster(sender_domain, 'the sender, our own side'), ...desk(provider, remedy)]
    default:
      return [
        ...postmaster(recipient_domain, 'the recipient'),
        ...(provider === '' || provider === recipient_domain ? [] : desk(provider, remedy)),
        ...abuse(recipient_domain, 'the recipient'),
      ]
  }
}
