#!/usr/bin/env node
// Plain JavaScript, so that a Node that is too old can still say so: the rest is TypeScript that Node runs natively.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
if (major > 22 || (major === 22 && minor >= 18)) {
  await import('./main.ts')
} else {
  const pinned = fileURLToPath(new URL('../node_modules/.bin/node', import.meta.url))
  if (!existsSync(pinned)) {
    console.error(
      `keyturn needs Node 22.18 or newer; this is ${process.versions.node}. Run npm ci, which brings one along, or install a newer Node.`,
    )
    process.exit(2)
  }
  const { status } = spawnSync(pinned, process.argv.slice(1), { stdio: 'inherit' })
  process.exit(status ?? 1)
}
