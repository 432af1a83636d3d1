import { createTransport } from 'nodemailer'
import type { Packet } from '../../schemas/packet.ts'
import { shown } from '../shown.ts'
import { packetMarkdown } from './markdown.ts'

/**
 * A packet as a message (RFC 5322) that a mail program opens to be sent: to the first contact that is an address, the
 * packet as its text and as JSON beside it. `from` is who asks. Names from logs are shown escaped before they come
 * near a header, and the composer encodes what is left.
 */
export async function packetEml(packet: Packet, from: string): Promise<Buffer> {
  const composer = createTransport({ streamTransport: true, buffer: true, newline: 'windows' })
  const to = packet.send_to.map(({ address }) => address).filter((address) => address.includes('@'))
  const { message } = await composer.sendMail({
    from: { name: '', address: from },
    to: to.slice(0, 1).map((address) => ({ name: '', address })),
    subject: shown(packet.title),
    date: new Date(packet.made_at),
    // Outlook and others open it as a draft.
    headers: { 'X-Unsent': '1' },
    text: packetMarkdown(packet),
    attachments: [
      {
        filename: 'packet.json',
        contentType: 'application/json',
        content: `${JSON.stringify(packet, undefined, 2)}\n`,
      },
    ],
    disableFileAccess: true,
    disableUrlAccess: true,
  })
  return message as Buffer
}
