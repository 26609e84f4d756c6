import { describe, expect, it } from 'vitest'
import { TAG } from '../../../../core/tags.ts'
import { parseStackConfig } from '../../../../infra/config/parse.ts'
import { devSettings, devValues } from '../../../helpers/infra/dev-config.ts'
import { ACCOUNT, planStack, REGION, type StandingSecret } from '../../../helpers/infra/plan-stack.ts'

const alive: StandingSecret = {
  tags: { [TAG.stack]: 'keyturn/dev', [TAG.strategy]: 'provider-key' },
  versions: { 'version-2': ['AWSCURRENT'], 'version-1': ['AWSPREVIOUS', 'GRACE-UNTIL-20261124T120000Z'] },
}
const ended: StandingSecret = {
  tags: { ...alive.tags, [TAG.ended]: '2026-11-24T10:00:00Z version-2' },
  versions: { 'version-2': ['AWSCURRENT'] },
}
const plan = (secrets: Readonly<Record<string, StandingSecret>>, settings = devSettings()) =>
  planStack(parseStackConfig(settings, devValues), { secrets })

describe('a secret that the config no longer lists', () => {
  it('stops the program while versions of it are alive, naming each and the command that ends them', async () => {
    await expect(plan({ 'keyturn/dev/mistral': alive })).rejects.toMatchObject({
      code: 'secrets-alive',
      message: expect.stringMatching(
        /nothing was changed:\n.*keyturn\/dev\/mistral is no longer listed, and versions of it are alive: version-2 \(AWSCURRENT\); version-1 \(AWSPREVIOUS, GRACE-UNTIL-20261124T120000Z\)\. List it again, or revoke what it opens: keyturn end keyturn\/dev\/mistral --yes/,
      ),
    })
  })

  it('names all of them at once', async () => {
    const { message } = await plan({ 'keyturn/dev/one': alive, 'keyturn/dev/two': alive }).catch((error) => error)
    expect(message).toMatch(/keyturn end keyturn\/dev\/one[\s\S]*keyturn end keyturn\/dev\/two/)
  })

  it('may go once it has been ended, and its function may look at it once more', async () => {
    const policy = (await plan({ 'keyturn/dev/mistral': ended })).policy(
      'aws:iam/rolePolicy:RolePolicy',
      'rotate-provider-policy',
    )
    expect(policy.Statement).toContainEqual({
      Sid: 'LookAtRemoved',
      Effect: 'Allow',
      Action: ['secretsmanager:DescribeSecret'],
      Resource: [`arn:aws:secretsmanager:${REGION}:${ACCOUNT}:secret:keyturn/dev/mistral-AbCdEf`],
    })
  })

  it('has not been ended when a value was put into it afterwards', async () => {
    const again = { ...ended, versions: { 'version-3': ['AWSCURRENT'], 'version-2': ['AWSPREVIOUS'] } }
    await expect(plan({ 'keyturn/dev/mistral': again })).rejects.toMatchObject({ code: 'secrets-alive' })
  })

  it('may go when it never had a value', async () => {
    await expect(plan({ 'keyturn/dev/mistral': { ...alive, versions: {} } })).resolves.toBeDefined()
  })

  it.each([
    ['of another stack', { 'keyturn/prod/openai': { ...alive, tags: { ...alive.tags, [TAG.stack]: 'keyturn/prod' } } }],
    [
      'of a stack whose name begins alike',
      { 'keyturn/dev2/x': { ...alive, tags: { ...alive.tags, [TAG.stack]: 'keyturn/dev2' } } },
    ],
    ['whose other tag only looks alike', { other: { ...alive, tags: { [TAG.stack]: 'x/y', owner: 'keyturn/dev' } } }],
  ])('is none %s', async (_case, secrets) => {
    await expect(plan(secrets)).resolves.toBeDefined()
  })
})

describe('a secret that another strategy is to make', () => {
  const changed = () => {
    const settings = devSettings()
    settings.secrets = settings.secrets.map((secret) =>
      secret.name === 'openrouter' ? { ...secret, strategy: 'random', params: { format: 'hex', length: 64 } } : secret,
    )
    return { ...settings, proxy: undefined } as never
  }

  it('stops the program while keys are alive that the new one cannot revoke', async () => {
    await expect(plan({ 'keyturn/dev/openrouter': alive }, changed())).rejects.toMatchObject({
      code: 'secrets-alive',
      message: expect.stringMatching(/was made by strategy "provider-key" and is now to be "random".*Keep strategy/),
    })
    await expect(plan({ 'keyturn/dev/openrouter': ended }, changed())).resolves.toBeDefined()
  })

  it('lets one that stays as it is alone', async () => {
    const all = await plan({ 'keyturn/dev/openai': alive })
    expect(JSON.stringify(all.policy('aws:iam/rolePolicy:RolePolicy', 'rotate-provider-policy'))).not.toContain(
      'LookAtRemoved',
    )
  })
})
