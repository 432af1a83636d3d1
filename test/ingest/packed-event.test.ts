import { expect, test } from 'vitest'
import { packed, unpacked } from '../../ingest/packed-event.ts'
import { emptyEvent } from '../../schemas/delivery-events.ts'
import { LOGGED_FIELDS } from '../../schemas/event.ts'

test('every field of an event comes back as the same field', () => {
  const logged = Object.fromEntries(LOGGED_FIELDS.map((name) => [name, `the ${name}`]))
  const event = { ...emptyEvent(), ...logged, event_time: 1_795_562_846_456, reply_code: 550 }
  expect(unpacked(packed(event))).toEqual(event)
})
