import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readStackFiles } from '../../../local/stack/stack-files.ts'
import { type ShippedProgram, shippedProgram } from '../../helpers/apply/shipped-program.ts'

let program: ShippedProgram
beforeAll(async () => {
  program = await shippedProgram({ lambda: { concurrentExecutions: 10 } })
}, 60_000)
afterAll(() => program?.close())

interface Shipped {
  name: string
}

/** The shipped secrets, and copies of one that OpenAI mints, of a client's key and of a password. */
async function inventory(copies: number): Promise<Shipped[]> {
  const { config } = await readStackFiles(new URL('../../..', import.meta.url).pathname, 'dev')
  const shipped = config['keyturn:secrets'] as Shipped[]
  const models = ['openai', 'mobile-app', 'reporting-password'].map((name) => shipped.find((one) => one.name === name))
  const more = Array.from({ length: copies }, (_, index) => {
    return { ...models[index % models.length], name: `copy-${index}` }
  })
  return [...shipped, ...more]
}

describe('a fresh account, which runs ten functions at once (A4, part of A3)', () => {
  it('takes an inventory of 200 secrets, each with a first value and its rotation tried out', async () => {
    const secrets = await inventory(193)
    await program.apply({ 'keyturn:secrets': secrets, 'keyturn:proxy': undefined })
    const { journal, state } = program.cloud.cloud
    const made = Object.values(state.secretsManager.secrets)
    expect(made).toHaveLength(200)
    for (const { name, versions, rotation } of made) {
      expect(
        Object.values(versions).flatMap(({ stages }) => stages),
        name,
      ).toContain('AWSCURRENT')
      expect(rotation?.enabled, name).toBe(true)
    }
    expect(program.upstream.keys.all()).toHaveLength(2 + 65)
    expect(journal.entries().filter(({ outcome }) => outcome === 'TooManyRequestsException')).toEqual([])
    const failed = state.events.recent.filter(({ detail }) => JSON.stringify(detail).includes('RotationFailed'))
    expect(failed).toEqual([])
  }, 300_000)
})
