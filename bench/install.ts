/** Installs this package's own dependencies when one is missing or of another version than package.json pins. */
import { spawnSync } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { installedVersion } from './report/versions.ts'

const { dependencies } = JSON.parse(await readFile(new URL('package.json', import.meta.url), 'utf8')) as {
  dependencies: Record<string, string>
}
const wanted = Object.entries(dependencies)
const installed = await Promise.all(wanted.map(([name]) => installedVersion(name)))
const missing = wanted.filter(([, version], index) => installed[index] !== version)

if (missing.length > 0) {
  console.log(`Installing bench's own packages with npm ci: ${missing.map((pair) => pair.join('@')).join(', ')}`)
  const { status } = spawnSync('npm', ['ci'], {
    cwd: import.meta.dirname,
    stdio: 'inherit',
    shell: process.platform === 'win32',
  })
  if (status !== 0) console.error('npm ci failed in bench/. Check the network and the registry that npm is set to.')
  process.exitCode = status ?? 1
}
