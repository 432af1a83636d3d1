import { createTransport } from 'nodemailer'
import { shown } from '../shown.ts'
import { DeliveryError } from './http.ts'
import type { Message } from './message.ts'

/** A mail server with its secrets read. */
export interface Smtp {
  host: string
  port: number
  tls: 'opportunistic' | 'starttls' | 'implicit' | 'none'
  user?: string
  password?: string
  from: string
  to: readonly string[]
}

const PATIENCE_MS = 15_000

/**
 * Sends a message by SMTP. Its Message-ID is the same at every try, so that a mailbox knows a second one for what it
 * is, and all about one incident is one thread. Throws a DeliveryError.
 */
export async function sendMail(
  { host, port, tls, user, password, from, to }: Smtp,
  message: Message,
): Promise<void> {
  const domain = from.slice(from.lastIndexOf('@') + 1)
  const transport = createTransport({
    host,
    port,
    secure: tls === 'implicit',
    requireTLS: tls === 'starttls',
    ignoreTLS: tls === 'none',
    // Opportunistic: a certificate that nobody can check is still better than none (RFC 7435).
    ...(tls === 'opportunistic' ? { tls: { rejectUnauthorized: false } } : {}),
    ...(user === undefined ? {} : { auth: { user, pass: password ?? '' } }),
    connectionTimeout: PATIENCE_MS,
    greetingTimeout: PATIENCE_MS,
    socketTimeout: PATIENCE_MS,
    disableFileAccess: true,
    disableUrlAccess: true,
  })
  const thread = `<${message.incident.id}.incident@${domain}>`
  try {
    await transport.sendMail({
      from: { name: 'Faultline', address: from },
      to: to.map((address) => ({ name: '', address })),
      subject: shown(message.title),
      text: `${message.text}\n`,
      messageId: `<${message.id}@${domain}>`,
      references: [thread],
      inReplyTo: thread,
      // RFC 3834, 5: nobody's vacation answers it.
      headers: { 'Auto-Submitted': 'auto-generated', 'X-Faultline-Incident': message.incident.id },
    })
  } catch (error) {
    throw new DeliveryError((error as Error).message.split('\n')[0] ?? 'failed')
  } finally {
    transport.close()
  }
}
