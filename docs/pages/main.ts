import { writeFile } from 'node:fs/promises'
import { pages } from './registry.ts'

for (const { file, render } of pages) {
  await writeFile(new URL(`../${file}`, import.meta.url), render())
  console.log(`docs/${file}`)
}
