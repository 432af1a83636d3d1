import { exim } from './exim/exim.ts'
import type { Format } from './format.ts'
import { postfix } from './postfix/postfix.ts'

/** Every log format that reads lines, the likeliest first. */
export const FORMATS: readonly Format[] = [postfix, exim]
