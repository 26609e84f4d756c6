import { fileURLToPath } from 'node:url'
import type { Artifacts } from '../../../infra/bundle/artifacts.ts'
import type { StackConfig } from '../../../infra/config/parse.ts'
import { createStack } from '../../../infra/stack.ts'
import { families } from '../../../lambdas/strategies/find-strategy.ts'
import { ApplyMonitor } from '../../../local/apply/monitor.ts'
import { markSecret, type Properties } from '../../../local/apply/properties.ts'
import { runProgram } from '../../../local/apply/pulumi-runtime.ts'
import type { Registration } from '../../../local/apply/registration.ts'

export const ACCOUNT = '000000000000'
export const REGION = 'eu-central-1'
export const DEPLOYER = `arn:aws:iam::${ACCOUNT}:role/deployer`

/** Everything that a program asked Pulumi's engine for, in the order in which it asked. */
export class Plan {
  readonly resources: readonly Registration[]

  constructor(resources: readonly Registration[]) {
    this.resources = resources
  }

  ofType(type: string): readonly Registration[] {
    return this.resources.filter((resource) => resource.type === type)
  }

  one(type: string, name: string): Registration {
    const found = this.resources.find((resource) => resource.type === type && resource.name === name)
    if (found) return found
    const names = this.ofType(type).map((resource) => resource.name)
    throw new Error(`no ${type} is called ${name}; there are: ${names.join(', ')}`)
  }

  /** The policy document in one of a resource's inputs. */
  policy(type: string, name: string, input = 'policy'): PolicyText {
    return JSON.parse(String(this.one(type, name).inputs[input]))
  }
}

export interface PolicyText {
  Statement: {
    Sid: string
    Effect: string
    Principal?: Record<string, string | string[]>
    Action: string[]
    Resource?: string[]
    Condition?: Record<string, Record<string, string | string[]>>
  }[]
}

/** A secret that stands in the account already. */
export interface StandingSecret {
  readonly tags: Readonly<Record<string, string>>
  readonly versions: Readonly<Record<string, readonly string[]>>
}

export interface PlanOptions {
  /** By full name. */
  readonly secrets?: Readonly<Record<string, StandingSecret>>
  readonly callerArn?: string
  /** Refuses to answer a question of the program. */
  readonly refuses?: string
  readonly artifacts?: Artifacts
  /** Runs in the program before it makes anything. */
  readonly before?: () => void
}

/** Evaluates the program against an engine that makes nothing and answers as AWS would. */
export async function planStack(config: StackConfig, options: PlanOptions = {}): Promise<Plan> {
  const resources: Registration[] = []
  const failure = Promise.withResolvers<never>()
  const monitor = new ApplyMonitor({
    project: 'keyturn',
    stack: 'dev',
    register: async (registration) => {
      resources.push(registration)
      const known = { ...registration.inputs, ...computed(registration) }
      const secrets = [...registration.secretProperties].filter((key) => key in known)
      const marked = secrets.map((key) => [key, markSecret((known as Properties)[key])])
      return { id: `${registration.name}-id`, outputs: { ...known, ...Object.fromEntries(marked) } }
    },
    invoke: async (token, inputs) => {
      if (token === options.refuses) throw new Error(`${token} is refused`)
      return answer(token, inputs, options)
    },
    registerOutputs: () => {},
    fail: failure.reject,
  })
  const stack = { project: 'keyturn', stack: 'dev', artifacts: options.artifacts ?? pretendArtifacts }
  const program = async (): Promise<Properties> => {
    options.before?.()
    return { ...(await createStack(config, stack)) }
  }
  const settings = { dryRun: false, config: {}, secretKeys: [], monitor, failure: failure.promise }
  await runProgram({ ...settings, project: 'keyturn', stack: 'dev', program })
  return new Plan(resources)
}

const repository = fileURLToPath(new URL('../../..', import.meta.url))

/** Paths that need not exist, and for the image a source that does. */
export const pretendArtifacts: Artifacts = {
  rotation: new Map(families.map(({ name }) => [name, `/dist/${name}/index.cjs`])),
  sweeper: '/dist/sweeper/index.cjs',
  proxy: { context: repository, dockerfile: `${repository}proxy/Dockerfile`, sources: [`${repository}package.json`] },
}

function computed({ type, name, inputs }: Registration): Properties {
  const arn = (service: string, rest: string): Properties => ({
    arn: `arn:aws:${service}:${REGION}:${ACCOUNT}:${rest}`,
  })
  switch (type) {
    case 'aws:kms/key:Key':
      return { ...arn('kms', `key/${name}`), keyId: name }
    case 'aws:secretsmanager/secret:Secret':
      return arn('secretsmanager', `secret:${inputs.name}-AbCdEf`)
    case 'aws:iam/role:Role':
      return { arn: `arn:aws:iam::${ACCOUNT}:role/${inputs.name}` }
    case 'aws:cloudwatch/logGroup:LogGroup':
      return arn('logs', `log-group:${inputs.name}`)
    case 'aws:lambda/function:Function':
      return arn('lambda', `function:${inputs.name}`)
    case 'aws:sns/topic:Topic':
      return arn('sns', String(inputs.name))
    case 'aws:ecr/repository:Repository':
      return {
        ...arn('ecr', `repository/${inputs.name}`),
        registryId: ACCOUNT,
        repositoryUrl: `registry.test/${inputs.name}`,
      }
    case 'docker:index/image:Image':
      return { repoDigest: `registry.test/keyturn-dev-proxy@sha256:${'0'.repeat(64)}` }
    case 'aws:lb/loadBalancer:LoadBalancer':
      return {
        ...arn('elasticloadbalancing', `loadbalancer/app/${name}/1`),
        arnSuffix: `app/${name}/1`,
        dnsName: 'proxy.test',
      }
    case 'aws:lb/targetGroup:TargetGroup':
      return { ...arn('elasticloadbalancing', `targetgroup/${name}/1`), arnSuffix: `targetgroup/${name}/1` }
    default:
      return arn('test', `${type}/${name}`)
  }
}

/** Three of the default VPC, two of them in one zone; those of another VPC are named by the digits 1 to 9. */
function subnet(id: string): Properties {
  const last = id.at(-1) ?? ''
  const number = /[1-9]/.test(last) ? Number(last) : 'abd'.indexOf(last)
  const zone = last === 'd' ? 'b' : /[1-9]/.test(last) ? 'ba'[number % 2] : last
  return {
    id,
    vpcId: /[1-9]/.test(last) ? 'vpc-0c0de' : 'vpc-0123',
    availabilityZone: `${REGION}${zone}`,
    cidrBlock: `172.31.${16 * number}.0/20`,
    mapPublicIpOnLaunch: last !== 'd',
    outpostArn: '',
  }
}

function answer(token: string, inputs: Properties, { callerArn = DEPLOYER, secrets = {} }: PlanOptions): Properties {
  const arnOf = (name: string): string => `arn:aws:secretsmanager:${REGION}:${ACCOUNT}:secret:${name}-AbCdEf`
  const asked = Object.entries(secrets).find(([name]) => [inputs.arn, inputs.secretId].includes(arnOf(name)))
  switch (token) {
    case 'aws:secretsmanager/getSecrets:getSecrets': {
      const [key, value] = (inputs.filters as { values: string[] }[]).map(({ values }) => values[0] ?? '')
      // A filter is a prefix, and a key and a value need not belong together.
      const found = Object.entries(secrets).filter(
        ([, { tags }]) =>
          Object.keys(tags).some((tag) => tag.startsWith(key ?? '')) &&
          Object.values(tags).some((tag) => tag.startsWith(value ?? '')),
      )
      return { arns: found.map(([name]) => arnOf(name)), names: found.map(([name]) => name) }
    }
    case 'aws:secretsmanager/getSecret:getSecret':
      return { arn: inputs.arn, name: asked?.[0], tags: asked?.[1].tags }
    case 'aws:secretsmanager/getSecretVersions:getSecretVersions': {
      const versions = Object.entries(asked?.[1].versions ?? {})
      return { versions: versions.map(([versionId, versionStages]) => ({ versionId, versionStages })) }
    }
    case 'aws:index/getCallerIdentity:getCallerIdentity':
      return { id: ACCOUNT, accountId: ACCOUNT, arn: callerArn, userId: 'AIDA' }
    case 'aws:iam/getRole:getRole':
      return { id: inputs.name, name: inputs.name, arn: `arn:aws:iam::${ACCOUNT}:role/${inputs.name}` }
    case 'aws:index/getRegion:getRegion':
      return { id: REGION, name: REGION, region: REGION, endpoint: '', description: '' }
    case 'aws:ec2/getVpc:getVpc':
      return { id: inputs.id ?? 'vpc-0123', cidrBlock: '172.31.0.0/16' }
    case 'aws:ec2/getSubnets:getSubnets':
      return { id: REGION, ids: ['subnet-0b', 'subnet-0d', 'subnet-0a'] }
    case 'aws:ec2/getSubnet:getSubnet':
      return subnet(String(inputs.id))
    case 'aws:ecr/getAuthorizationToken:getAuthorizationToken':
      return { id: REGION, userName: 'AWS', password: 'registry-password' }
    default:
      throw new Error(`the program asked for ${token}, which this test does not know`)
  }
}
