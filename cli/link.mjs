// npm links a package's own command only into packages that depend on it; this makes `npx keyturn` find it here too.
import { mkdirSync, rmSync, symlinkSync } from 'node:fs'

if (process.platform !== 'win32') {
  mkdirSync('node_modules/.bin', { recursive: true })
  rmSync('node_modules/.bin/keyturn', { force: true })
  symlinkSync('../../cli/keyturn.mjs', 'node_modules/.bin/keyturn')
}
