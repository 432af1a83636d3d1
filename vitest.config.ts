import { defineConfig } from 'vitest/config'

// Real engines, brokers and browsers start within tests; a busy machine takes its time.
export default defineConfig({ test: { testTimeout: 30_000, hookTimeout: 60_000 } })
