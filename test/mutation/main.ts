import { Stryker } from '@stryker-mutator/core'
import { ROOM_VARIABLE, ROOMS } from './rooms.ts'

const asked = process.argv.slice(2)
for (const { name, mutate } of ROOMS.filter(({ name }) => asked.length === 0 || asked.includes(name))) {
  const folder = `reports/mutation/${name.replaceAll('/', '-')}`
  process.env[ROOM_VARIABLE] = name
  await new Stryker({
    testRunner: 'vitest',
    plugins: ['@stryker-mutator/vitest-runner'],
    vitest: { configFile: 'test/mutation/vitest.config.ts', related: false },
    mutate: [...mutate],
    ignorePatterns: ['bench', 'dist', 'docs', 'reports'],
    concurrency: 1,
    incremental: true,
    incrementalFile: `${folder}/incremental.json`,
    jsonReporter: { fileName: `${folder}/report.json` },
    reporters: ['json', 'progress-append-only', 'clear-text'],
    tempDirName: 'reports/mutation/sandbox',
    timeoutMS: 20_000,
  } as object).runMutationTest()
}
