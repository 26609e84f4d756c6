import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager'
import { systemClock } from '../../core/clock.ts'
import { createLogger } from '../../core/log.ts'
import { systemRandom } from '../../core/random.ts'
import type { Strategy } from '../strategies/strategy.ts'
import { createRotationHandler, type RotationHandler } from './handler.ts'
import { parseInventory } from './inventory.ts'

/** A rotation function as Lambda loads it: reads its environment once and holds the strategies of one family. */
export function rotationFunction(strategies: readonly Strategy[]): RotationHandler {
  const { LAMBDA_TASK_ROOT: taskRoot = '.', KEYTURN_LOG_LEVEL: level = 'info' } = process.env
  return createRotationHandler({
    client: new SecretsManagerClient({ maxAttempts: 5 }),
    inventory: parseInventory(readFileSync(join(taskRoot, 'inventory.json'), 'utf8')),
    strategies,
    clock: systemClock,
    random: systemRandom,
    log: createLogger({ service: 'rotation', level, clock: systemClock }),
  })
}
