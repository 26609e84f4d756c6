export interface Room {
  /** What is mutated, and the name to ask for it by: `core`. */
  readonly name: string
  readonly mutate: readonly string[]
  /** Globs of the tests that are to notice. Slow ones that notice nothing more are left out. */
  readonly tests: readonly string[]
}

/** The rooms whose tests are held to account by `npm run mutate`. */
export const ROOMS: readonly Room[] = [
  {
    name: 'core',
    // A table of codes and kinds, and types alone: nothing that runs.
    mutate: ['core/**/*.ts', '!core/error-codes.ts', '!core/inventory.ts', '!core/permissions.ts'],
    tests: ['test/unit/core/**/*.test.ts'],
  },
  {
    name: 'lambdas/engine',
    mutate: ['lambdas/engine/**/*.ts'],
    tests: [
      'test/unit/lambdas/engine/**/*.test.ts',
      'test/integration/lambdas/{first-value,hand-moves,live-keys,rotation}.test.ts',
    ],
  },
  {
    name: 'lambdas/strategies',
    mutate: ['lambdas/strategies/**/*.ts'],
    tests: [
      'test/unit/lambdas/strategies/**/*.test.ts',
      'test/integration/lambdas/{provider-key,live-keys,supplied}.test.ts',
    ],
  },
  {
    name: 'proxy/keys',
    mutate: ['proxy/keys/**/*.ts'],
    tests: [
      // One watches node:crypto from before anything else loads it, and modules are shared here.
      'test/unit/proxy/keys/!(constant-time).test.ts',
      'test/integration/proxy/secrets-manager.test.ts',
    ],
  },
]

/**
 * Tells Stryker's Vitest which room's tests to run. Its own `testFiles` will not do: with it a mutant in a constant is
 * switched on after the constant was read, and survives (10.1.1, mutant-test-planner.js: `testFilter ? 'runtime'`).
 */
export const ROOM_VARIABLE = 'KEYTURN_MUTATED_ROOM'
