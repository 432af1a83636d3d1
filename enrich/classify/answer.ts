import { cachedProviderOfHost } from '../provider/provider.ts'
import type { Classification, Classifier, Reply } from './classify.ts'
import { type Details, detailsOf, hintsOf, type Said, saidBy } from './extract.ts'
import { maskedText } from './mask.ts'

/** Everything that is known of one reply: the judgement, and what else its words say. */
export type Answer = Classification & Said & Details

/** Judges one reply, and reads all that it says. */
export function answerTo(reply: Reply, { mask, judge }: Classifier): Answer {
  const provider = cachedProviderOfHost(reply.remote_host ?? '')
  const masked = mask(reply, provider)
  const text = maskedText()
  const { classification } = judge(reply, provider, masked)
  const hints = hintsOf(text, classification)
  return {
    ...classification,
    ...saidBy(reply.reply_text, hints),
    ...detailsOf(reply.reply_text, classification),
  }
}
