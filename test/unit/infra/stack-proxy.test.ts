import { beforeAll, describe, expect, it } from 'vitest'
import type { ProxyConfig } from '../../../core/inventory.ts'
import { parseStackConfig } from '../../../infra/config/parse.ts'
import { type DevSettings, devSettings, devValues } from '../../helpers/infra/dev-config.ts'
import { ACCOUNT, type Plan, planStack, REGION } from '../../helpers/infra/plan-stack.ts'

const TASK = 'aws:ecs/taskDefinition:TaskDefinition'
const SERVICE = 'aws:ecs/service:Service'
const ROLE_POLICY = 'aws:iam/rolePolicy:RolePolicy'
const GROUP = 'aws:ec2/securityGroup:SecurityGroup'
const LISTENER = 'aws:lb/listener:Listener'

const secretArn = (name: string): string =>
  `arn:aws:secretsmanager:${REGION}:${ACCOUNT}:secret:keyturn/dev/${name}-AbCdEf`
const keyArn = (group: string): string => `arn:aws:kms:${REGION}:${ACCOUNT}:key/${group}-key`

const planWith = (change: (settings: DevSettings) => void): Promise<Plan> => {
  const settings = devSettings()
  change(settings)
  return planStack(parseStackConfig(settings, devValues))
}

let plan: Plan

beforeAll(async () => {
  plan = await planWith(() => {})
})

const container = (of: Plan) => JSON.parse(String(of.one(TASK, 'proxy-service').inputs.containerDefinitions))[0]

function configOf(of: Plan): ProxyConfig {
  const { environment } = container(of) as { environment: { name: string; value: string }[] }
  return JSON.parse(environment.find(({ name }) => name === 'KEYTURN_PROXY_CONFIG')?.value ?? '')
}

describe('the proxy’s image (part of A6)', () => {
  it('is built for arm64, pushed to its own repository and run by digest', () => {
    const { inputs } = plan.one('docker:index/image:Image', 'proxy-image-image')
    expect(inputs.imageName).toMatch(/^registry\.test\/keyturn-dev-proxy:[0-9a-f]{16}$/)
    expect(inputs.build).toMatchObject({ platform: 'linux/arm64' })
    expect(plan.one('aws:ecr/repository:Repository', 'proxy-image-repository').inputs).toMatchObject({
      imageScanningConfiguration: { scanOnPush: true },
      forceDelete: false,
    })
    expect(container(plan).image).toMatch(/@sha256:[0-9a-f]{64}$/)
  })

  it('keeps the registry’s password out of the state', () => {
    const { secretProperties, elidedInputs } = plan.one('docker:index/image:Image', 'proxy-image-image')
    expect(secretProperties).toContain('registry')
    expect(JSON.stringify(elidedInputs)).not.toContain('registry-password')
  })
})

describe('the proxy’s service (part of A6)', () => {
  it('tells the proxy its clients and routes by ARN', () => {
    expect(configOf(plan)).toEqual({
      port: 8080,
      metricsPort: 9464,
      clients: [{ name: 'mobile-app', secretId: secretArn('mobile-app') }],
      routes: [
        {
          name: 'openai',
          prefix: '/openai',
          upstream: 'https://api.openai.com',
          mode: 'verify',
          secretId: secretArn('openai'),
          field: 'apiKey',
          auth: { scheme: 'bearer' },
        },
        {
          name: 'openrouter',
          prefix: '/openrouter',
          upstream: 'https://openrouter.ai',
          mode: 'verify',
          secretId: secretArn('openrouter'),
          field: 'apiKey',
          auth: { scheme: 'bearer' },
        },
      ],
      refreshSeconds: 30,
      maxStaleSeconds: 86_400,
    } satisfies ProxyConfig)
  })

  it('gives streams 120 s to end, and rolls a failed deployment back', () => {
    expect(container(plan)).toMatchObject({ stopTimeout: 120, readonlyRootFilesystem: true })
    expect(plan.one(SERVICE, 'proxy-service').inputs).toMatchObject({
      launchType: 'FARGATE',
      deploymentCircuitBreaker: { enable: true, rollback: true },
      deploymentMinimumHealthyPercent: 100,
      waitForSteadyState: true,
    })
    expect(plan.one(SERVICE, 'proxy-service').ignoreChanges).toContain('desiredCount')
    expect(plan.one(TASK, 'proxy-service').inputs.runtimePlatform).toMatchObject({ cpuArchitecture: 'ARM64' })
  })

  it('starts when its roles may act and its secrets have values', () => {
    const names = plan.one(SERVICE, 'proxy-service').dependencies.map((urn) => urn.split('::').at(-1))
    const needed = [
      'proxy-task-policy',
      'proxy-execution-policy',
      'mobile-app-first-value',
      'openai-first-value',
      'proxy-load-balancer',
    ]
    expect(names).toEqual(expect.arrayContaining(needed))
  })

  it('may read its own secrets, decrypt them through Secrets Manager, and nothing else', () => {
    const ANY_SECRET = `arn:aws:secretsmanager:${REGION}:${ACCOUNT}:secret:keyturn/dev/*`
    const [read, decrypt, ...others] = plan.policy(ROLE_POLICY, 'proxy-task-policy').Statement
    expect(others).toEqual([])
    expect(read).toEqual({
      Sid: 'ReadOwnSecrets',
      Effect: 'Allow',
      Action: ['secretsmanager:DescribeSecret', 'secretsmanager:GetSecretValue'],
      Resource: [ANY_SECRET],
      Condition: {
        StringEquals: { 'aws:ResourceTag/keyturn:stack': 'keyturn/dev', 'aws:ResourceTag/keyturn:proxy': 'reads' },
      },
    })
    const tagged = plan
      .ofType('aws:secretsmanager/secret:Secret')
      .filter(({ inputs }) => Object.hasOwn(inputs.tags as object, 'keyturn:proxy'))
    expect(tagged.map(({ name }) => name).sort()).toEqual(['mobile-app-secret', 'openai-secret', 'openrouter-secret'])
    expect(decrypt).toMatchObject({ Sid: 'DecryptOwnSecrets', Action: ['kms:Decrypt'] })
    expect([...(decrypt?.Resource ?? [])].sort()).toEqual([keyArn('clients'), keyArn('upstream')])
    expect(decrypt?.Condition).toEqual({
      StringEquals: { 'kms:ViaService': `secretsmanager.${REGION}.amazonaws.com` },
      StringLike: { 'kms:EncryptionContext:SecretARN': [ANY_SECRET] },
    })
  })

  it('is started by a role that may pull its image and write its log, and nothing else', () => {
    expect(plan.policy(ROLE_POLICY, 'proxy-execution-policy').Statement).toEqual([
      { Sid: 'LogInToRegistry', Effect: 'Allow', Action: ['ecr:GetAuthorizationToken'], Resource: ['*'] },
      {
        Sid: 'PullOwnImage',
        Effect: 'Allow',
        Action: ['ecr:BatchCheckLayerAvailability', 'ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'],
        Resource: [`arn:aws:ecr:${REGION}:${ACCOUNT}:repository/keyturn-dev-proxy`],
      },
      {
        Sid: 'WriteLogs',
        Effect: 'Allow',
        Action: ['logs:CreateLogStream', 'logs:PutLogEvents'],
        Resource: [`arn:aws:logs:${REGION}:${ACCOUNT}:log-group:/keyturn/keyturn-dev-proxy:*`],
      },
    ])
  })

  it('scales on CPU and on requests', () => {
    expect(plan.one('aws:appautoscaling/target:Target', 'proxy-scaling').inputs).toMatchObject({
      minCapacity: 2,
      maxCapacity: 10,
    })
    const metrics = plan.ofType('aws:appautoscaling/policy:Policy').map(({ inputs }) => JSON.stringify(inputs))
    expect(metrics.join()).toContain('ECSServiceAverageCPUUtilization')
    expect(metrics.join()).toContain('ALBRequestCountPerTarget')
  })
})

describe('the proxy’s load balancer (part of A6)', () => {
  const CERTIFICATE = `arn:aws:acm:${REGION}:${ACCOUNT}:certificate/0a1b`

  it('lets silent streams live, drains, and asks whether tasks are ready', () => {
    expect(plan.one('aws:lb/loadBalancer:LoadBalancer', 'proxy-load-balancer').inputs).toMatchObject({
      idleTimeout: 3600,
      dropInvalidHeaderFields: true,
      enableDeletionProtection: true,
    })
    expect(plan.one('aws:lb/targetGroup:TargetGroup', 'proxy-load-balancer').inputs).toMatchObject({
      deregistrationDelay: 120,
      targetType: 'ip',
      healthCheck: { path: '/ready', matcher: '200' },
    })
  })

  it('without a certificate is internal and speaks plain HTTP', () => {
    expect(plan.one('aws:lb/loadBalancer:LoadBalancer', 'proxy-load-balancer').inputs.internal).toBe(true)
    expect(plan.one(LISTENER, 'proxy-load-balancer').inputs).toMatchObject({ port: 80, protocol: 'HTTP' })
  })

  it('with one speaks TLS alone, and may face the internet', async () => {
    const tls = await planWith(({ proxy }) =>
      Object.assign(proxy.loadBalancer, { internal: false, certificateArn: CERTIFICATE }),
    )
    expect(tls.ofType(LISTENER)).toHaveLength(1)
    expect(tls.one(LISTENER, 'proxy-load-balancer').inputs).toMatchObject({
      port: 443,
      protocol: 'HTTPS',
      certificateArn: CERTIFICATE,
      sslPolicy: expect.stringContaining('TLS13'),
    })
    expect(tls.one(GROUP, 'proxy-load-balancer').inputs.ingress).toMatchObject([{ fromPort: 443, toPort: 443 }])
    expect(tls.one('aws:lb/loadBalancer:LoadBalancer', 'proxy-load-balancer').inputs.internal).toBe(false)
  })

  it('admits declared ranges only, and the tasks admit the load balancer only', () => {
    const { ingress } = plan.one(GROUP, 'proxy-load-balancer').inputs
    expect(ingress).toMatchObject([{ cidrBlocks: ['10.0.0.0/8', '172.31.0.0/16'], fromPort: 80, toPort: 80 }])
    const tasks = plan.one(GROUP, 'proxy-service').inputs
    expect(tasks.ingress).toEqual([
      {
        description: 'The load balancer',
        protocol: 'tcp',
        fromPort: 8080,
        toPort: 8080,
        securityGroups: ['proxy-load-balancer-id'],
      },
    ])
    expect(tasks.egress).toMatchObject([{ fromPort: 443, toPort: 443 }])
  })

  it('lets its tasks out to upstreams over plain HTTP inside private networks alone', async () => {
    const upstreams = ['http://10.0.3.7:11434', 'http://vllm', 'https://llm.example.com:8443']
    const inside = await planWith(({ proxy }) => {
      for (const [index, upstream] of upstreams.entries()) {
        const plain = upstream.startsWith('http:') ? { plainHttp: true } : {}
        proxy.routes.push({ name: `own-${index}`, prefix: `/own-${index}`, upstream, secret: 'telegram-bot', ...plain })
      }
    })
    const egress = inside.one(GROUP, 'proxy-service').inputs.egress as Record<string, unknown>[]
    expect(egress.map(({ fromPort, toPort, cidrBlocks }) => [fromPort, toPort, String(cidrBlocks)])).toEqual([
      [443, 443, '0.0.0.0/0'],
      [8443, 8443, '0.0.0.0/0'],
      [80, 80, '10.0.0.0/8,172.16.0.0/12,192.168.0.0/16,100.64.0.0/10'],
      [11434, 11434, '10.0.0.0/8,172.16.0.0/12,192.168.0.0/16,100.64.0.0/10'],
    ])
    expect(configOf(inside).routes.map(({ plainHttp }) => plainHttp)).toEqual([
      undefined,
      undefined,
      true,
      true,
      undefined,
    ])
  })
})

describe('the proxy’s metrics (part of A6)', () => {
  it('have a port of their own that nobody reaches unless the config says who', async () => {
    expect(container(plan).portMappings).toEqual([
      { containerPort: 8080, protocol: 'tcp' },
      { name: 'metrics', containerPort: 9464, protocol: 'tcp' },
    ])
    const read = await planWith(({ proxy }) =>
      Object.assign(proxy, { metricsPort: 9100, metricsCidrs: ['10.1.0.0/16'] }),
    )
    expect(read.one(GROUP, 'proxy-service').inputs.ingress).toEqual([
      expect.objectContaining({ fromPort: 8080, securityGroups: ['proxy-load-balancer-id'] }),
      {
        description: 'Readers of metrics',
        protocol: 'tcp',
        fromPort: 9100,
        toPort: 9100,
        cidrBlocks: ['10.1.0.0/16'],
      },
    ])
  })

  it.each([
    ['the port of the callers', { metricsPort: 8080 }, 'proxy.metricsPort'],
    ['everyone', { metricsCidrs: ['0.0.0.0/0'] }, 'proxy.metricsCidrs[0]'],
    ['everyone in two halves', { metricsCidrs: ['10.0.0.0/8', '0.0.0.0/1', '128.0.0.0/1'] }, 'proxy.metricsCidrs[1]'],
  ])('are refused %s', (_what, change, path) => {
    expect(() => planWith(({ proxy }) => Object.assign(proxy, change))).toThrow(path)
  })
})

describe('the proxy’s network (part of A6)', () => {
  it('is the default VPC, with public addresses, unless given', () => {
    expect(plan.one(SERVICE, 'proxy-service').inputs.networkConfiguration).toMatchObject({
      subnets: ['subnet-0a', 'subnet-0b'],
      assignPublicIp: true,
    })
  })

  it('gives the load balancer one subnet in each zone, a private one where it is internal, and lets it reach the tasks’', () => {
    expect(plan.one('aws:lb/loadBalancer:LoadBalancer', 'proxy-load-balancer').inputs.subnets).toEqual([
      'subnet-0a',
      'subnet-0d',
    ])
    expect(plan.one(GROUP, 'proxy-load-balancer').inputs.egress).toMatchObject([
      { cidrBlocks: ['172.31.0.0/20', '172.31.16.0/20'] },
    ])
  })

  it('must be named where the account has no default one', async () => {
    const refused = planStack(parseStackConfig(devSettings(), devValues), { refuses: 'aws:ec2/getVpc:getVpc' })
    await expect(refused).rejects.toMatchObject({
      code: 'network-unknown',
      message: expect.stringMatching(/no default VPC.*"keyturn:network".*aws ec2 describe-subnets/),
    })
  })

  it('is refused before anything is made where two of the given subnets share a zone', async () => {
    const network = { vpcId: 'vpc-0c0de', loadBalancerSubnetIds: ['subnet-01', 'subnet-03'] }
    await expect(planWith((settings) => Object.assign(settings, { network }))).rejects.toMatchObject({
      code: 'load-balancer-subnets',
      message: expect.stringContaining('subnet-01 (eu-central-1a, public) and subnet-03 (eu-central-1a, public)'),
    })
  })

  it('is the given VPC and subnets, without public addresses', async () => {
    const network = {
      vpcId: 'vpc-0c0de',
      loadBalancerSubnetIds: ['subnet-01', 'subnet-02'],
      taskSubnetIds: ['subnet-03', 'subnet-04'],
    }
    const given = await planWith((settings) => Object.assign(settings, { network }))
    expect(given.one(SERVICE, 'proxy-service').inputs.networkConfiguration).toMatchObject({
      subnets: ['subnet-03', 'subnet-04'],
      assignPublicIp: false,
    })
    expect(given.one('aws:lb/loadBalancer:LoadBalancer', 'proxy-load-balancer').inputs.subnets).toEqual([
      'subnet-01',
      'subnet-02',
    ])
  })
})
