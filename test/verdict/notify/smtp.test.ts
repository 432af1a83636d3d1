import { expect, vi } from 'vitest'
import { needs } from '../../needs.ts'
import { makePostfix, whyNoPostfix } from './postfix.ts'
import { openStage } from './stage.ts'

const stage = await openStage()

needs(whyNoPostfix())(
  'Postfix: one mail for each notice over restarts and outages, in one thread, without headers of strangers',
  async () => {
    const postfix = await makePostfix()
    const settings = [
      {
        ...{ name: 'mail', type: 'smtp', host: '127.0.0.1', port: postfix.port },
        ...{ from: 'faultline@northwind.example', to: ['ops@northwind.example'] },
      },
    ]
    const hostile = 'x\r\nBcc: z@northwind.example\r\n\r\n.\r\n'
    try {
      const incidents = await stage.open(hostile)
      await stage.start(settings)(stage.now)
      expect(stage.outcomes()).toEqual([['opened', 'failed']])
      postfix.start()
      stage.now += 20_000
      // Where TLS must be checked, a certificate that cannot be is none.
      await stage.start(settings.map((one) => ({ ...one, name: 'strict', tls: 'starttls' })))(stage.now)
      expect(stage.reports.at(-1)).toMatchObject({ channel: 'strict', outcome: 'failed' })
      expect(stage.reports.at(-1)?.error).toMatch(/self-signed/)
      await stage.start(settings)(stage.now)
      await stage.start(settings)(stage.now + 60_000)
      expect(stage.outcomes().at(-1)).toEqual(['opened', 'sent'])
      await vi.waitFor(() => expect(postfix.messages()).toHaveLength(1), { timeout: 8000 })
      postfix.stop()
      await stage.close(incidents)
      await stage.start(settings)(stage.now)
      postfix.start()
      stage.now += 20_000
      await stage.start(settings)(stage.now)
      await vi.waitFor(() => expect(postfix.messages()).toHaveLength(2), { timeout: 8000 })
      const heads = postfix.messages().map((mail) => mail.split('\n\n')[0] ?? '')
      const field = (name: string) => heads.map((head) => new RegExp(`^${name}: (.*)$`, 'm').exec(head)?.[1])
      expect(new Set(field('Message-ID')).size).toBe(2)
      expect(new Set(field('References'))).toEqual(
        new Set([`<${incidents[0]?.id}.incident@northwind.example>`]),
      )
      // STARTTLS is taken where it is offered.
      for (const mail of postfix.messages()) expect(mail).toContain('using TLSv1')
      expect(field('Auto-Submitted')).toEqual(['auto-generated', 'auto-generated'])
      expect(field('Bcc')).toEqual([undefined, undefined])
      expect(field('Delivered-To')).toEqual(['ops@northwind.example', 'ops@northwind.example'])
    } finally {
      postfix.stop()
      postfix.remove()
    }
  },
  60_000,
)
