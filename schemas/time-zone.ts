import * as z from 'zod'

/** An IANA time zone. */
export const timeZone = z.string().refine(
  (zone) => {
    try {
      new Intl.DateTimeFormat('en', { timeZone: zone })
      return true
    } catch {
      return false
    }
  },
  { error: 'is no IANA time zone; use one like Europe/Berlin or UTC' },
)
