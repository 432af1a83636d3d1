import { describe, expect, test } from 'vitest'
import { classify } from '../../enrich/classify/classify.ts'
import { decoded } from '../../enrich/classify/encoding.ts'

const latin1 = (hex: string) => Buffer.from(hex, 'hex').toString('latin1')

describe('the words are found in whatever encoding a server wrote and a reader took them for', () => {
  const replies = [
    '550 Почтовый ящик не найден',
    '550 Empfänger unbekannt',
    '550 Boîte aux lettres pleine',
    '550 用户不存在',
    '550 メールボックスが存在しません',
  ]
  test.each(replies)('%s', (reply) => {
    const bytes = Buffer.from(reply)
    const words = reply.slice(4)
    const { rule, confidence } = classify({ reply_text: reply })
    expect(confidence).toBeGreaterThan(60)
    const misread = {
      'UTF-8 as Latin-1': bytes.toString('latin1'),
      'UTF-8 as Windows-1252': new TextDecoder('windows-1252').decode(bytes),
      'octal escapes': [...bytes]
        .map((byte) => (byte > 127 ? `\\${byte.toString(8)}` : String.fromCharCode(byte)))
        .join(''),
      'an encoded word': `550 =?UTF-8?B?${Buffer.from(words).toString('base64')}?=`,
      'an encoded word by quoted-printable': `550 =?utf-8?Q?${[...Buffer.from(words)].map((byte) => `=${byte.toString(16).padStart(2, '0').toUpperCase()}`).join('')}?=`,
    }
    for (const [how, text] of Object.entries(misread))
      expect(classify({ reply_text: text }), how).toMatchObject({ rule, confidence })
  })

  test.each([
    ['koi8-r', '35353020f0cfded4cfd7d9ca20d1ddc9cb20cec520cec1cac4c5ce', 'ru-unknown'],
    ['windows-1251', '35353020cfeef7f2eee2fbe920fff9e8ea20ede520ede0e9e4e5ed', 'ru-unknown'],
    ['gbk', '35353020d3c3bba7b2bbb4e6d4da', 'zh-unknown'],
    ['big5', '35353020a5ce3fa4a3a673a662', 'zh-unknown'],
    ['shift_jis', '353530208381815b838b837b8362834e835882aa91b68ddd82b582dc82b982f1', 'ja-unknown'],
    ['euc-jp', '35353020a5e1a1bca5eba5dca5c3a5afa5b9a4acc2b8badfa4b7a4dea4bba4f3', 'ja-unknown'],
    ['windows-1252', '35353020426fee746520617578206c65747472657320706c65696e65', 'fr-full'],
  ])('bytes of %s', (_, hex, rule) => {
    expect(classify({ reply_text: latin1(hex) }).rule).toBe(rule)
  })

  test('ISO-2022-JP', () => {
    expect(classify({ reply_text: '550 \u001b$B%f!<%6!<$,B8:_$7$^$;$s\u001b(B' }).rule).toBe('ja-unknown')
  })
})

test('what is right stays as it is', () => {
  for (const text of ['plain', 'Empfänger', 'Größe: 5 µm', 'ящик', 'C:\\mail\\x', '100 % =?', '\u00ff\u00fe'])
    expect(decoded(text)).toBe(text)
})
