import { readdirSync, readFileSync } from 'node:fs'
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { parse } from 'yaml'
import { systemRandom } from '../../../../core/random.ts'
import { bundleAll } from '../../../../infra/bundle/bundle.ts'
import { parseStackConfig, type StackConfig } from '../../../../infra/config/parse.ts'
import { runStack } from '../../../../local/run/run-stack.ts'
import { throwawayValues } from '../../../../local/run/throwaway-values.ts'
import { planStack } from '../../../helpers/infra/plan-stack.ts'

const ROOT = new URL('../../../../', import.meta.url)
const STACKS = ['dev', 'prod', 'staging'] as const
type Stack = (typeof STACKS)[number]

const textOf = (stack: Stack): string => readFileSync(new URL(`Pulumi.${stack}.yaml`, ROOT), 'utf8')

/** A stack's file as the program reads it, with made-up first values; `more` is laid over its settings. */
function configOf(stack: Stack, more: Readonly<Record<string, unknown>> = {}): StackConfig {
  const settings = Object.entries(parse(textOf(stack)).config as Record<string, unknown>)
    .filter(([key]) => key.startsWith('keyturn:'))
    .map(([key, value]) => [key.slice('keyturn:'.length), value])
  const raw = { ...Object.fromEntries(settings), ...more }
  return parseStackConfig(raw, throwawayValues(raw.secrets, {}, systemRandom).values)
}

/** The VPC that the planning engine plays beside the default one. */
const OWN_VPC = {
  vpcId: 'vpc-0c0de',
  loadBalancerSubnetIds: ['subnet-1', 'subnet-2'],
  taskSubnetIds: ['subnet-3', 'subnet-4'],
}

it('every stack file is checked here', () => {
  const files = readdirSync(ROOT).flatMap((file) => /^Pulumi\.(.+)\.yaml$/.exec(file)?.[1] ?? [])
  expect(files.sort()).toEqual([...STACKS])
})

describe.each(STACKS)('Pulumi.%s.yaml', (stack) => {
  it('is accepted by every check, and holds no secret', () => {
    expect(configOf(stack).secrets.length).toBeGreaterThan(0)
    expect(parse(textOf(stack)).config).not.toHaveProperty('keyturn:values')
  })

  it('is planned, with every secret of its inventory', async () => {
    const { network, operators } = configOf(stack)
    const config = configOf(stack, network.vpcId === undefined ? {} : { network: OWN_VPC })
    const plan = await planStack(config, operators?.[0] === undefined ? {} : { callerArn: operators[0] })
    expect(plan.ofType('aws:secretsmanager/secret:Secret')).toHaveLength(config.secrets.length)
    expect(plan.ofType('aws:kms/key:Key').map(({ inputs }) => inputs.multiRegion ?? false)).toEqual(
      Object.values(config.groups).map(({ multiRegion }) => multiRegion),
    )
  })
})

it('the stacks differ as dev, staging and prod do', () => {
  const [dev, prod, staging] = STACKS.map((stack) => configOf(stack))
  const tasks = (config?: StackConfig): number => config?.proxy?.tasks.minimum ?? 0
  expect([dev?.protect, staging?.protect, prod?.protect]).toEqual([true, false, true])
  expect(prod?.logRetentionDays).toBeGreaterThan(staging?.logRetentionDays ?? Number.NaN)
  expect(tasks(prod)).toBeGreaterThan(tasks(staging))
  expect(prod?.functions.reservedConcurrency).toBeDefined()
  expect(Object.values(prod?.groups ?? {}).every(({ multiRegion }) => multiRegion)).toBe(true)
})

describe('on the local cloud', () => {
  beforeAll(async () => {
    await bundleAll()
  })

  it.each(['staging', 'prod'] as const)('%s comes up as its file says', { timeout: 120_000 }, async (name) => {
    const stack = await runStack({ stack: name, ports: { cloud: 0, proxy: 0, upstream: 0 } })
    onTestFinished(() => stack.close())
    const config = configOf(name)

    expect(stack.stackTag).toBe(`keyturn/${name}`)
    expect((await fetch(`${stack.proxyUrl}/ready`)).status).toBe(200)
    const secrets = Object.values(stack.cloud.state.secretsManager.secrets)
    expect(secrets.map((secret) => secret.name).sort()).toEqual(
      config.secrets.map((secret) => `keyturn/${name}/${secret.name}`).sort(),
    )
    expect(Object.values(stack.cloud.state.ecs.services)[0]?.desiredCount).toBe(config.proxy?.tasks.minimum)
    const rotators = Object.values(stack.cloud.state.lambda.functions).filter(({ name }) => name.includes('-rotate-'))
    expect(new Set(rotators.map(({ reservedConcurrency }) => reservedConcurrency))).toEqual(
      new Set([config.functions.reservedConcurrency]),
    )
  })
})
