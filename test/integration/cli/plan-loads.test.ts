import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'

const ROOT = fileURLToPath(new URL('../../..', import.meta.url))

/** Prints, at the end, the packages of all modules that were resolved. */
const WATCH = `data:text/javascript,${encodeURIComponent(`
  import { registerHooks } from 'node:module'
  const seen = new Set()
  registerHooks({
    resolve(specifier, context, next) {
      const found = next(specifier, context)
      const [, name] = /\\/node_modules\\/((?:@[^/]+\\/)?[^/]+)/.exec(found.url) ?? []
      if (name !== undefined) seen.add(name)
      return found
    },
  })
  process.on('exit', () => process.stderr.write(JSON.stringify([...seen].sort())))
`)}`

const packagesOf = async (args: readonly string[]): Promise<string[]> => {
  const command = ['--import', WATCH, 'cli/main.ts', ...args]
  const { stderr } = await promisify(execFile)(process.execPath, command, { cwd: ROOT, maxBuffer: 2 ** 24 })
  return JSON.parse(stderr)
}

it('keyturn plan loads neither Pulumi nor an SDK of AWS, which is what makes it fast', async () => {
  expect(await packagesOf(['plan'])).toEqual(['commander', 'croner', 'yaml', 'zod'])
})

it('the watch sees what a verb that talks to AWS loads', async () => {
  expect(await packagesOf(['status', '--help'])).toContain('@aws-sdk/client-secrets-manager')
})
