import {
  DescribeSecretCommand,
  GetSecretValueCommand,
  ListSecretsCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Applied } from '../../../../local/apply/apply.ts'
import type { ProgressEvent } from '../../../../local/apply/progress.ts'
import type { StackState } from '../../../../local/apply/state.ts'
import { clientOptions } from '../../../helpers/apply/apply-to.ts'
import { CANARY, type ShippedProgram, shippedProgram, suppliedValues } from '../../../helpers/apply/shipped-program.ts'

let program: ShippedProgram
let client: SecretsManagerClient
let first: Applied
const events: ProgressEvent[] = []

/** The shipped inventory without the proxy, whose tasks the end-to-end tests run. */
const apply = (state?: StackState, overrides: Readonly<Record<string, unknown>> = {}): Promise<Applied> =>
  program.apply(
    { 'keyturn:proxy': undefined, ...overrides },
    { onProgress: (event) => events.push(event), ...(state && { state }) },
  )

beforeAll(async () => {
  program = await shippedProgram()
  client = new SecretsManagerClient(clientOptions(program.cloud))
  first = await apply()
}, 120_000)

afterAll(async () => {
  client?.destroy()
  await program?.close()
})

const read = async (name: string) => {
  const { SecretString } = await client.send(new GetSecretValueCommand({ SecretId: `keyturn/dev/${name}` }))
  return SecretString ?? ''
}

describe('the shipped program on the local cloud (E)', () => {
  it('A3, A4: leaves every secret with a first value and its rotation on', async () => {
    const { SecretList } = await client.send(new ListSecretsCommand({}))
    expect(SecretList?.length).toBe(7)
    for (const { Name } of SecretList ?? []) {
      const secret = await client.send(new DescribeSecretCommand({ SecretId: Name }))
      expect(secret.RotationEnabled, Name).toBe(true)
      expect(Object.values(secret.VersionIdsToStages ?? {}).flat(), Name).toContain('AWSCURRENT')
    }
    expect(await read('openai-admin')).toBe(suppliedValues['openai-admin'])
  })

  it('B10: mints one key at each provider, and it is the one in the secret', async () => {
    for (const provider of ['openai', 'openrouter']) {
      const { apiKey } = JSON.parse(await read(provider))
      const minted = program.upstream.keys.all().filter((one) => one.provider === provider)
      expect(minted).toEqual([program.upstream.keys.authenticate(provider, apiKey)])
    }
  })

  it('starts no rotation before the first value, the permission and the policies of its secret stand', () => {
    const at = (kind: string, name: string) => events.findIndex((event) => event.kind === kind && event.name === name)
    for (const name of ['openai', 'mobile-app', 'reporting-password']) {
      const start = at('creating', `${name}-rotation`)
      expect(start).toBeGreaterThan(at('created', `${name}-first-value`))
      expect(start).toBeGreaterThan(at('created', `${name}-policy`))
    }
    expect(at('creating', 'openai-rotation')).toBeGreaterThan(at('created', 'rotate-provider-permission'))
  })

  it('holds no plaintext secret in state, outputs or progress', async () => {
    const shown = JSON.stringify([first, events])
    const secrets = [
      CANARY,
      JSON.parse(await read('openai')).apiKey,
      await read('mobile-app'),
      await read('reporting-password'),
    ]
    for (const secret of secrets) {
      expect(secret.length).toBeGreaterThan(16)
      expect(shown.includes(secret)).toBe(false)
    }
  })

  it('changes nothing the second time, and only what a changed setting reaches after that', async () => {
    const before = await read('mobile-app')
    const second = await apply(first.state)
    expect(second.changes.filter(({ action }) => action !== 'unchanged')).toEqual([])
    expect(second.outputs).toEqual(first.outputs)

    const third = await apply(second.state, { 'keyturn:logRetentionDays': 30 })
    const changed = third.changes.filter(({ action }) => action !== 'unchanged')
    expect(new Set(changed.map(({ action, type }) => `${action} ${type}`))).toEqual(
      new Set(['update aws:cloudwatch/logGroup:LogGroup']),
    )
    expect(await read('mobile-app')).toBe(before)
  })
})
