import { fileURLToPath } from 'node:url'

/** The repository's root, whatever the working directory: Pulumi runs the program from within infra/. */
export const repository = fileURLToPath(new URL('../..', import.meta.url)).replace(/[\\/]$/, '')

export const distFolder = `${repository}/dist`

/** The function that is no family's. */
export const SWEEPER = 'sweeper'

/** Where the bundle of a function is: by its family's name, or {@link SWEEPER}. */
export const functionBundle = (name: string): string => `${distFolder}/lambdas/${name}/index.cjs`

export const proxyBundle = (): string => `${distFolder}/proxy/main.cjs`

export const proxyDockerfile = (): string => `${repository}/proxy/Dockerfile`
