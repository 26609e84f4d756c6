import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { holdsSecret, type Properties } from '../../local/apply/properties.ts'
import { localStackConfig } from '../../local/stack/local-stack-config.ts'
import type { EngineAnswers, Registered } from '../helpers/pulumi/engine-server.ts'
import { type HostRun, runInLanguageHost } from '../helpers/pulumi/language-host.ts'

const CANARY = 'canary000000000000000000000'
const repository = join(import.meta.dirname, '../..')
const secrets = {
  'openai-admin': `sk-admin-${CANARY}`,
  'openrouter-admin': `sk-or-v1-${CANARY}`,
  'telegram-bot': `123456789:${CANARY}00000000`,
}

/** What AWS would answer, as far as the program reads it. */
const account: EngineAnswers = {
  computed: ({ type, name, inputs }) => ({
    arn: `arn:aws:test:eu-central-1:000000000000:${name}`,
    name: inputs.name ?? name,
    ...(type === 'aws:kms/key:Key' && { keyId: `${name}-key-id` }),
    ...(type === 'aws:ecr/repository:Repository' && { repositoryUrl: `registry.example.com/${name}` }),
    ...(type === 'docker:index/image:Image' && { repoDigest: `registry.example.com/proxy@sha256:${'0'.repeat(64)}` }),
  }),
  invoke: (token, { id }) => (token === 'aws:ec2/getSubnet:getSubnet' ? subnet(String(id)) : (INVOKES[token] ?? {})),
}
const subnet = (id: string): Properties => ({
  id,
  vpcId: 'vpc-0a',
  availabilityZone: `eu-central-1${id.at(-1)}`,
  cidrBlock: '10.0.0.0/20',
  mapPublicIpOnLaunch: true,
  outpostArn: '',
})
const INVOKES: Readonly<Record<string, Properties>> = {
  'aws:index/getCallerIdentity:getCallerIdentity': {
    accountId: '000000000000',
    arn: 'arn:aws:iam::000000000000:user/deployer',
  },
  'aws:index/getRegion:getRegion': { region: 'eu-central-1' },
  'aws:secretsmanager/getSecrets:getSecrets': { arns: [], names: [] },
  'aws:ec2/getVpc:getVpc': { id: 'vpc-0a', cidrBlock: '10.0.0.0/16' },
  'aws:ec2/getSubnets:getSubnets': { ids: ['subnet-0a', 'subnet-0b'] },
  'aws:ecr/getAuthorizationToken:getAuthorizationToken': { userName: 'AWS', password: CANARY, proxyEndpoint: 'x' },
}

async function run(overrides: Readonly<Record<string, unknown>> = {}, dryRun = false): Promise<HostRun> {
  const { config, secretKeys } = await localStackConfig({ upstreamUrl: 'https://127.0.0.1:8081', secrets, overrides })
  return runInLanguageHost({ ...account, directory: repository, stack: 'dev', config, secretKeys, dryRun })
}

/** The program as shipped, loaded by what the Pulumi CLI loads it with (docs/decisions/004). */
describe("the program in Pulumi's Node language host", () => {
  let up: HostRun
  beforeAll(async () => {
    up = await run()
  })

  const ofType = (type: string) => up.registered.filter((resource) => resource.type === type)
  const named = (type: string, name: string): Registered => {
    const found = ofType(type).find((resource) => resource.inputs.name === name)
    if (!found) throw new Error(`no ${type} named ${name}`)
    return found
  }

  it('loads as Pulumi.yaml names it, registers everything and exits 0', () => {
    expect(up).toMatchObject({ exitCode: 0, stderr: '', logs: [], finished: true })
    expect(up.registered.length).toBeGreaterThan(70)
    expect(Object.keys(up.outputs ?? {}).sort()).toEqual([
      'keys',
      'network',
      'notifications',
      'proxyUrl',
      'rotationFunctions',
      'secrets',
      'sweeper',
    ])
  })

  it('A1: gives every group a key that rotates each year and is deleted after 30 days', () => {
    expect(
      ofType('aws:kms/key:Key')
        .map(({ name }) => name)
        .sort(),
    ).toEqual(['clients-key', 'internal-key', 'upstream-key'])
    for (const { inputs, protect } of ofType('aws:kms/key:Key')) {
      expect(inputs).toMatchObject({ enableKeyRotation: true, rotationPeriodInDays: 365, deletionWindowInDays: 30 })
      expect(protect).toBe(true)
    }
  })

  it('part of A3: runs rotation functions on arm64 and the current LTS, each with its inventory beside the bundle', () => {
    const functions = ofType('aws:lambda/function:Function')
    expect(functions.length).toBe(4)
    for (const { inputs } of functions) {
      expect(inputs).toMatchObject({ runtime: 'nodejs24.x', architectures: ['arm64'], handler: 'index.handler' })
    }
    const files = functions.map(({ inputs }) =>
      Object.keys((inputs.code as { assets: object }).assets)
        .sort()
        .join(),
    )
    expect(files.sort()).toEqual(['index.cjs', ...Array(3).fill('index.cjs,inventory.json')])
  })

  it('A4: turns a rotation on only after a first value, the permission, the policies and the roles', () => {
    const rotations = ofType('aws:secretsmanager/secretRotation:SecretRotation')
    expect(rotations.length).toBe(7)
    for (const rotation of rotations) {
      const before = typesOf(rotation.dependencies)
      expect(before).toEqual(
        expect.arrayContaining([
          'aws:iam/rolePolicy:RolePolicy',
          'aws:lambda/permission:Permission',
          'aws:secretsmanager/secretPolicy:SecretPolicy',
        ]),
      )
      const firstValue = ['aws:lambda/invocation:Invocation', 'aws:secretsmanager/secretVersion:SecretVersion']
      expect(before.some((type) => firstValue.includes(type))).toBe(true)
      expect(rotation.inputs.rotateImmediately).toBe(false)
    }
    const openai = rotations.find(({ name }) => name === 'openai-rotation')
    expect(openai?.inputs.rotationRules).toEqual({ scheduleExpression: 'cron(0 3 ? * MON *)', duration: '3h' })
  })

  it('part of A6: runs the proxy by digest, drains it for 120 s and rolls back a deployment that fails', () => {
    const [task] = ofType('aws:ecs/taskDefinition:TaskDefinition')
    const [container] = JSON.parse(String(task?.inputs.containerDefinitions))
    expect(container.image).toMatch(/@sha256:[0-9a-f]{64}$/)
    expect(container.stopTimeout).toBe(120)
    const [service] = ofType('aws:ecs/service:Service')
    expect(service?.inputs.deploymentCircuitBreaker).toEqual({ enable: true, rollback: true })
  })

  it('part of A14: protects every secret', () => {
    expect(named('aws:secretsmanager/secret:Secret', 'keyturn/dev/openai').protect).toBe(true)
    expect(ofType('aws:secretsmanager/secret:Secret').every(({ protect }) => protect)).toBe(true)
  })

  it('registers nothing before what it depends on', () => {
    const order = new Map(up.registered.map(({ urn }, index) => [urn, index]))
    for (const [index, { urn, dependencies }] of up.registered.entries()) {
      for (const dependency of dependencies) {
        expect(order.get(dependency), `${urn} depends on ${dependency}`).toBeLessThan(index)
      }
    }
  })

  it('sends secrets marked as such, and nowhere in clear', () => {
    const versions = ofType('aws:secretsmanager/secretVersion:SecretVersion')
    expect(versions.length).toBe(3)
    for (const { raw, inputs } of versions) {
      expect(String(inputs.secretString)).toContain(CANARY)
      expect(holdsSecret(raw.secretString)).toBe(true)
    }
    const shown = [up.registered.map(({ elided }) => elided), up.logs, up.stdout, up.stderr, up.outputs]
    expect(JSON.stringify(shown)).not.toContain(CANARY)
  })

  it('previews: registers the same resources while ids and outputs are still unknown', async () => {
    const preview = await run({}, true)
    expect(preview).toMatchObject({ exitCode: 0, stderr: '', logs: [], finished: true })
    expect(preview.registered.map(({ urn }) => urn).sort()).toEqual(up.registered.map(({ urn }) => urn).sort())
  })

  it('A2: stops before it registers anything, printing every mistake with its path', async () => {
    const wrong = await run({ 'keyturn:logRetentionDays': 13, 'keyturn:sweepMinutes': 'often', 'keyturn:secert': [] })
    expect(wrong.exitCode).not.toBe(0)
    expect(wrong.finished).toBe(false)
    expect(wrong.registered.map(({ type }) => type)).toEqual(['pulumi:pulumi:Stack'])
    const printed = wrong.logs.join('\n')
    for (const path of ['logRetentionDays', 'sweepMinutes', 'secert']) expect(printed).toContain(`  ${path}: `)
    expect(printed).not.toContain(CANARY)
  })
})

const typesOf = (urns: readonly string[]): string[] => urns.map((urn) => urn.split('::')[2]?.split('$').at(-1) ?? '')
