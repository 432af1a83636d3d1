import { PerformanceObserver } from 'node:perf_hooks'
import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8'

const ENGINE_YOUNG_BYTES = 32 << 20

/**
 * Lets V8's young generation grow no larger than about so many bytes: left alone it takes 128 MiB where there is much
 * memory, and half of that collects garbage as cheaply. Its size can be set only where Node is started, its growth at any time.
 */
export function boundYoung(bytes: number): void {
  const observer = new PerformanceObserver(() => {
    const space = getHeapSpaceStatistics().find(({ space_name }) => space_name === 'new_space')
    if (space === undefined || space.space_size < bytes) return
    setFlagsFromString('--semi-space-growth-factor=1')
    observer.disconnect()
  })
  observer.observe({ entryTypes: ['gc'] })
}

let isBounded = false

/**
 * Keeps the JavaScript heap small beside an engine that is written to in the same process, for what garbage takes is what the
 * engine lacks: a small young generation, and old garbage collected when it is half of what lives. It takes a quarter more of
 * the processor's time, which a process that has no engine, or only reads, need not pay.
 */
export function boundHeap(): void {
  if (isBounded) return
  isBounded = true
  setFlagsFromString('--heap-growing-percent=50')
  boundYoung(ENGINE_YOUNG_BYTES)
}
