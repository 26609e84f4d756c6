import { KeyturnError } from '../../core/errors.ts'
import { clientKey } from './client-key.ts'
import { providerKey } from './provider-key/provider-key.ts'
import { random } from './random.ts'
import type { Strategy } from './strategy.ts'
import { supplied } from './supplied.ts'

/** Every strategy, by kind. A new one is a new file and a line here. */
export const strategies: Readonly<Record<string, Strategy>> = Object.fromEntries(
  [random, clientKey, providerKey, supplied].map((strategy): [string, Strategy] => [strategy.kind, strategy]),
)

/** @throws KeyturnError `strategy-unknown` (terminal) */
export function strategyFor(kind: string): Strategy {
  const strategy = Object.hasOwn(strategies, kind) ? strategies[kind] : undefined
  if (strategy) return strategy
  throw new KeyturnError(
    'strategy-unknown',
    `Strategy "${kind}" does not exist. Allowed: ${Object.keys(strategies).join(', ')}.`,
  )
}
