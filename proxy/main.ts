import './require-node.ts'
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager'
import { collectDefaultMetrics } from 'prom-client'
import { SECOND, systemClock } from '../core/clock.ts'
import { KeyturnError } from '../core/errors.ts'
import { createLogger } from '../core/log.ts'
import { systemRandom } from '../core/random.ts'
import { readSettings } from './config/read-settings.ts'
import { secretsManagerSource } from './keys/secrets-manager.ts'
import { createMetrics } from './metrics.ts'
import { startProxy } from './proxy.ts'

async function main(): Promise<void> {
  const settings = readSettings(process.env)
  const log = createLogger({ service: 'proxy', level: settings.logLevel, clock: systemClock })
  const metrics = createMetrics()
  collectDefaultMetrics({ register: metrics.registry })
  const client = new SecretsManagerClient({
    maxAttempts: 3,
    requestHandler: { connectionTimeout: 3 * SECOND, requestTimeout: 5 * SECOND },
  })
  const source = secretsManagerSource(client)
  const proxy = await startProxy({ settings, source, clock: systemClock, random: systemRandom, log, metrics })

  let signals = 0
  for (const [signal, status] of [
    ['SIGTERM', 143],
    ['SIGINT', 130],
  ] as const) {
    process.on(signal, () => {
      signals += 1
      if (signals === 1) void proxy.drain().then(() => process.exit(0))
      else {
        log.warn({ signal }, 'a second signal; what is still open is cut off now')
        process.exit(status)
      }
    })
  }
}

main().catch((error: unknown) => {
  // There may be no logger yet; a KeyturnError's message is written for people and holds no secret.
  const message = error instanceof KeyturnError || error instanceof Error ? error.message : 'The proxy cannot start.'
  process.stderr.write(`${message}\n`)
  process.exitCode = 1
})
