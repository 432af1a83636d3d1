import { authentication } from './authentication.ts'
import type { Board } from './board.ts'
import { home } from './home.ts'
import { messages } from './messages.ts'
import { pipeline } from './pipeline.ts'
import { provider } from './provider.ts'
import { recipientDomain } from './recipient-domain.ts'
import { senderDomain } from './sender-domain.ts'

/** Every board, in the order of their links. */
export const BOARDS: readonly Board[] = [
  home,
  recipientDomain,
  senderDomain,
  provider,
  authentication,
  messages,
  pipeline,
]
