import { relative } from 'node:path'
import { type Bundle, bundleAll } from './bundle.ts'
import { repository } from './paths.ts'

/** A rotation starts cold almost every time, so its bundle stays small: bytes, minified. */
export const ROTATION_BUNDLE_LIMIT = 500_000

const bundles = await bundleAll()
const tooLarge = bundles.filter(({ name, bytes }) => name !== 'proxy' && bytes >= ROTATION_BUNDLE_LIMIT)

console.log(table(bundles))
for (const { name, bytes } of tooLarge) {
  console.error(
    `The bundle "${name}" has ${bytes} bytes; a function's must stay under ${ROTATION_BUNDLE_LIMIT}. ` +
      'Look at what it imports (esbuild --analyze) and import less.',
  )
}
process.exitCode = tooLarge.length === 0 ? 0 : 1

function table(rows: readonly Bundle[]): string {
  const line = (name: string, size: string, file: string): string => `${name.padEnd(12)}${size.padStart(10)}  ${file}`
  return [
    line('bundle', 'bytes', 'file'),
    ...rows.map(({ name, bytes, file }) => line(name, bytes.toLocaleString('en'), relative(repository, file))),
  ].join('\n')
}
