import { expect, test } from 'vitest'
import { placeOf } from '../../../cli/loading/kafka-place.ts'
import { writeIntent } from '../../../ingest/sources/kafka/intent.ts'

const at = { topic: 'mail', partition: 3, topic_id: 'now' }
const committed = (offset: number, last = -1, topic_id = 'now') => ({
  offset,
  metadata: writeIntent({ topic_id, last }),
})
const nothing = { offset: -1, metadata: '' }
const place = (of: object) => ({ position: 0, begun: -1, gap: undefined, note: '', ...of })

test('what nobody has read begins where the configuration says', () => {
  const offsets = { committed: nothing, low: 5, high: 90 }
  expect(placeOf(at, offsets, undefined, 'earliest')).toEqual(place({ position: 5 }))
  expect(placeOf(at, offsets, undefined, 'latest')).toEqual(place({ position: 90 }))
})

test('a block that was begun is the one behind what is stored', () => {
  const offsets = { committed: committed(20, 29), low: 0, high: 90 }
  expect(placeOf(at, offsets, 20, 'earliest')).toEqual(place({ position: 20, begun: 29 }))
  // It was stored, and only its commit is missing.
  expect(placeOf(at, offsets, 30, 'earliest')).toEqual(place({ position: 30 }))
  // Nothing is stored yet: the group alone knows.
  expect(placeOf(at, offsets, undefined, 'latest')).toEqual(place({ position: 20, begun: 29 }))
})

test("an offset of a topic that was deleted says nothing of its namesake's", () => {
  const offsets = { committed: committed(20, 29, 'before'), low: 0, high: 90 }
  expect(placeOf(at, offsets, undefined, 'earliest')).toEqual(place({ position: 0 }))
  expect(placeOf(at, offsets, 7, 'earliest')).toEqual(place({ position: 7 }))
})

test("another program's offset is told and not believed", () => {
  const offsets = { committed: { offset: 50, metadata: 'theirs' }, low: 0, high: 90 }
  const found = placeOf(at, offsets, 20, 'earliest')
  expect(found).toMatchObject({ position: 20, begun: -1, gap: undefined })
  expect(found.note).toContain("mail/3: the group's offset 50 was committed by another program")
  // Where it is the same, and where nothing is stored, there is nothing to tell.
  expect(placeOf(at, offsets, 50, 'earliest').note).toBe('')
  expect(placeOf(at, offsets, undefined, 'earliest')).toEqual(place({ position: 50 }))
})

test('what retention took is a gap; of a block that was begun the rest is read', () => {
  const offsets = { committed: committed(20, 49), low: 40, high: 90 }
  const found = placeOf(at, offsets, 20, 'earliest')
  expect(found).toMatchObject({ position: 40, begun: 49, gap: [20, 39] })
  expect(found.note).toContain('the log begins at 40, but 20 to 39 were not read yet')
  expect(placeOf(at, { ...offsets, low: 60 }, 20, 'earliest')).toMatchObject({ begun: -1, gap: [20, 59] })
})
