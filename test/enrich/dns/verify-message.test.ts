import { generateKeyPairSync } from 'node:crypto'
import { dkimSign } from 'mailauth/lib/dkim/sign.js'
import { expect, test } from 'vitest'
import { verifyMessage } from '../../../enrich/dns/verify-message.ts'
import { fixedLookup } from './wire-lookup.ts'

const { privateKey, publicKey } = generateKeyPairSync('ed25519')
const p = publicKey.export({ format: 'der', type: 'spki' }).subarray(-32).toString('base64')
const lookup = fixedLookup({
  's1._domainkey.shop.example TXT': [`v=DKIM1; k=ed25519; p=${p}`],
  's1._domainkey.esp.example TXT': [`v=DKIM1; k=ed25519; p=${p}`],
  'shop.example TXT': ['v=spf1 ip4:192.0.2.1 -all'],
  'bounce.esp.example TXT': ['v=spf1 ip4:192.0.2.1 -all'],
  '_dmarc.shop.example TXT': ['v=DMARC1; p=reject; rua=mailto:d@shop.example'],
})

const BODY =
  'From: Shop <news@shop.example>\r\nTo: a@b.example\r\nSubject: test\r\nMessage-ID: <1@shop.example>\r\n\r\nHello\r\n'

/** The message as a receiver stores it: signed by a domain, with what stands above it then. */
async function received(signer: string, above = '', body = BODY): Promise<Buffer> {
  if (signer === '') return Buffer.from(above + body)
  const { signatures } = await dkimSign(body, {
    signatureData: [
      {
        signingDomain: signer,
        selector: 's1',
        privateKey: privateKey.export({ format: 'pem', type: 'pkcs8' }).toString(),
        algorithm: 'ed25519-sha256',
      },
    ],
  } as never)
  return Buffer.from(above + signatures + body)
}
const verify = (message: Buffer, trusted: string[] = [], ip = '') =>
  verifyMessage(lookup, message, { trusted: new Set(trusted), ip })

test('a signature of the visible From makes DMARC pass', async () => {
  const found = await verify(await received('shop.example'))
  expect(found).toMatchObject({
    message_id: '1@shop.example',
    from_domain: 'shop.example',
    dkim: [
      {
        domain: 'shop.example',
        selector: 's1',
        algorithm: 'ed25519-sha256',
        result: 'pass',
        reason: '',
        aligned: true,
      },
    ],
    dmarc: { result: 'pass', policy: 'reject', org_domain: 'shop.example' },
    missing: [],
  })
})

test('a message that was saved with other line ends verifies all the same', async () => {
  const saved = Buffer.from((await received('shop.example')).toString().replaceAll('\r\n', '\n'))
  expect(await verify(saved)).toMatchObject({ dkim: [{ result: 'pass' }], dmarc: { result: 'pass' } })
})

test('a signature of another organisation passes and helps nobody', async () => {
  const found = await verify(
    await received('esp.example', 'Return-Path: <x@bounce.esp.example>\r\n'),
    [],
    '192.0.2.1',
  )
  expect(found.dkim).toMatchObject([{ domain: 'esp.example', result: 'pass', aligned: false }])
  expect(found.spf).toEqual({
    source: 'evaluation',
    domain: 'bounce.esp.example',
    result: 'pass',
    aligned: false,
  })
  expect(found.dmarc.result).toBe('fail')
  expect(found.missing.join('\n')).toContain('passes for esp.example, which is not aligned with shop.example')
  expect(found.missing.join('\n')).toContain('SPF passes for bounce.esp.example, which is not aligned')
})

test('a body that was changed on the way does not verify', async () => {
  const message = Buffer.from((await received('shop.example')).toString().replace('Hello', 'Hello!'))
  const found = await verify(message)
  expect(found).toMatchObject({ dkim: [{ result: 'fail' }], dmarc: { result: 'fail' } })
  expect(found.missing[0]).toContain('the DKIM signature of shop.example (selector s1) does not verify')
})

test('only the word of a server that is named counts', async () => {
  const above =
    'Authentication-Results: mx.good.example; spf=pass smtp.mailfrom=a@shop.example\r\n' +
    'Authentication-Results: forged.example; spf=pass smtp.mailfrom=b@shop.example; dmarc=pass header.from=shop.example\r\n' +
    'Return-Path: <a@shop.example>\r\n'
  const message = await received('', above)
  const nobody = await verify(message)
  expect(nobody.authentication_results.map(({ authserv_id, trusted }) => [authserv_id, trusted])).toEqual([
    ['mx.good.example', false],
    ['forged.example', false],
  ])
  expect(nobody).toMatchObject({ spf: { source: 'unknown' }, dmarc: { result: 'fail' } })
  expect(nobody.missing).toContain('the message has no DKIM signature')
  const named = await verify(message, ['mx.good.example'])
  expect(named).toMatchObject({
    spf: { source: 'authentication_results', domain: 'shop.example', result: 'pass', aligned: true },
    dmarc: { result: 'pass' },
    missing: [],
  })
})

test('what a trusted receiver did not pass is told, and its dkim=pass counts where it is aligned', async () => {
  const at = (results: string) =>
    received('', `Authentication-Results: mx.good.example; ${results}\r\n`).then((message) =>
      verify(message, ['mx.good.example']),
    )
  const passed = await at('dkim=pass header.d=shop.example; spf=softfail smtp.mailfrom=b.esp.example')
  expect(passed).toMatchObject({
    dmarc: { result: 'pass' },
    missing: ['mx.good.example reported spf=softfail'],
  })
  expect(passed.authentication_results[0]?.results.map(({ aligned }) => aligned)).toEqual([true, false])
  expect((await at('dkim=pass header.d=esp.example')).dmarc.result).toBe('fail')
})

test('garbage is a message without anything', async () => {
  for (const text of [
    '',
    '\0\0',
    'no header at all',
    `From: ${'<'.repeat(100_000)}`,
    'DKIM-Signature: v=1; a=\r\nFrom: x\r\n\r\n',
  ])
    expect(await verify(Buffer.from(text))).toMatchObject({ dmarc: { result: 'none' } })
  const twice = await verify(await received('', 'From: a@other.example\r\n'))
  expect(twice.missing[0]).toContain('2 From fields')
})
