import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { openLane } from '../../../../ingest/sources/kafka/lane.ts'
import { Revoked } from '../../../../ingest/sources/kafka/port.ts'
import { openSession, type SendCommit } from '../../../../ingest/sources/kafka/session.ts'

// The place of kafkajs's commit: what the brokers answer is given.
const answering = (...answers: (Error | undefined)[]) => {
  const sent: string[] = []
  const send: SendCommit = async ({ topics }) => {
    const answer = answers.shift()
    if (answer !== undefined) throw answer
    const [place] = topics[0]?.partitions ?? []
    sent.push(`${topics[0]?.topic}/${place?.partition} ${place?.offset} ${place?.metadata}`)
  }
  return { sent, send }
}
const named = (name: string) => Object.assign(new Error(name), { name })

test('a commit waits out a broker that is away, and throws what the group says', async () => {
  const session = openSession({})
  const { sent, send } = answering(named('KafkaJSConnectionError'), undefined, named('UNKNOWN_MEMBER_ID'))
  session.send = send
  await session.commit('mail', 1, 7, 'intent')
  expect(sent).toEqual(['mail/1 7 intent'])
  await expect(session.commit('mail', 1, 8, '')).rejects.toThrow('UNKNOWN_MEMBER_ID')
})

test('nothing is committed before the first batch, and nothing after the end', async () => {
  const session = openSession({})
  await expect(session.commit('mail', 1, 7, '')).rejects.toThrow(Revoked)
  const { sent, send } = answering(named('KafkaJSConnectionError'))
  session.send = send
  const late = session.commit('mail', 1, 7, '')
  await session.end(0)
  await expect(late).rejects.toThrow(Revoked)
  expect(sent).toEqual([])
})

test('the end lets what was read be stored, but not for longer than its grace', async () => {
  const left: number[] = []
  const session = openSession({ left: () => void left.push(1) })
  const lane = openLane(0, 0, 1000)
  session.lanes.set('mail/0', lane)
  let stored = false
  session.track(
    (async () => {
      for await (const _ of lane.records());
      await sleep(50)
      stored = !session.lost.aborted
    })(),
  )
  await session.end(5000)
  expect([stored, session.drain.aborted, session.lost.aborted, session.lanes.size, left.length]).toEqual([
    true,
    true,
    true,
    0,
    1,
  ])

  const stuck = openSession({})
  stuck.track(new Promise(() => {}))
  const begun = performance.now()
  await stuck.end(100)
  expect(stuck.lost.aborted).toBe(true)
  expect(performance.now() - begun).toBeGreaterThanOrEqual(90)
})
