import { resolve } from 'node:path'
import type { BuildOptions, Plugin } from 'esbuild'
import type { Family } from '../../lambdas/strategies/find-strategy.ts'
import { repository } from './paths.ts'

const FOLDER = `${repository}/lambdas/rotate`
const STRATEGIES = `${repository}/lambdas/strategies`

/**
 * What a family's function begins with: the one function that there is, with the family's strategies and no others. No
 * file says it, so that a new family needs none.
 */
export const rotationEntry = ({ name, exports }: Family): Pick<BuildOptions, 'stdin' | 'plugins'> => ({
  stdin: {
    contents: [
      `import { ${exports.join(', ')} } from '../strategies/registry.ts'`,
      `import { rotationFunction } from './main.ts'`,
      `export const handler = rotationFunction([${exports.join(', ')}])`,
    ].join('\n'),
    resolveDir: FOLDER,
    sourcefile: `lambdas/rotate/family-${name}.ts`,
    loader: 'ts',
  },
  plugins: [othersLeftOut],
})

/** The registry names every strategy; those that a bundle does not use have no effect that it would miss. */
const othersLeftOut: Plugin = {
  name: 'strategies without side effects',
  setup: ({ onResolve }) => {
    onResolve({ filter: /^\.{1,2}\/.*\.ts$/ }, ({ path, resolveDir }) => {
      const file = resolve(resolveDir, path)
      return file.startsWith(STRATEGIES) ? { path: file, sideEffects: false } : undefined
    })
  },
}
