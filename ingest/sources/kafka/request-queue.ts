import { createRequire } from 'node:module'

const load = createRequire(import.meta.url)
const RequestQueue = load('kafkajs/src/network/requestQueue') as { prototype: Queue }

interface Queue {
  pending: unknown[]
  /** Milliseconds since 1970 until which the brokers want to be left alone; -1 where they never did. */
  throttledUntil: number
  throttleCheckTimeoutId: NodeJS.Timeout | null
  checkPendingRequests(): void
  scheduleCheckPendingRequests(): void
}

// What kafkajs does, too, where requests wait for a free place.
const INTERVAL = 10

/**
 * Has kafkajs look after requests that wait only where some do. It sets a timer with each request and each answer
 * instead, of a negative time, which Node warns of.
 */
export function mendRequestQueue(): void {
  RequestQueue.prototype.scheduleCheckPendingRequests = function () {
    if (this.throttleCheckTimeoutId !== null || this.pending.length === 0) return
    const wait = this.throttledUntil - Date.now()
    this.throttleCheckTimeoutId = setTimeout(
      () => {
        this.throttleCheckTimeoutId = null
        this.checkPendingRequests()
      },
      wait > 0 ? wait : INTERVAL,
    )
  }
}
