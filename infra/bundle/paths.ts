import { fileURLToPath } from 'node:url'
import type { Family } from '../../lambdas/strategies/strategy.ts'

/** A function that is bundled: one for each family of strategies, and the sweeper. */
export type FunctionName = Family | 'sweeper'

/** The repository's root, whatever the working directory: Pulumi runs the program from within infra/. */
export const repository = fileURLToPath(new URL('../..', import.meta.url)).replace(/[\\/]$/, '')

export const distFolder = `${repository}/dist`

/** Entry points by path, since infra imports no handler. */
export const entries: Readonly<Record<FunctionName | 'proxy', string>> = {
  generated: 'lambdas/rotate/generated.ts',
  provider: 'lambdas/rotate/provider.ts',
  supplied: 'lambdas/rotate/supplied.ts',
  sweeper: 'lambdas/sweep/main.ts',
  proxy: 'proxy/main.ts',
}

export const functionBundle = (name: FunctionName): string => `${distFolder}/lambdas/${name}/index.cjs`

export const proxyBundle = (): string => `${distFolder}/proxy/main.cjs`

export const proxyDockerfile = (): string => `${repository}/proxy/Dockerfile`
