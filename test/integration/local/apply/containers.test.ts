import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DescribeServicesCommand, ECSClient } from '@aws-sdk/client-ecs'
import { appautoscaling, cloudwatch, ec2, ecr, ecs, iam, lb } from '@pulumi/aws'
import { Image } from '@pulumi/docker'
import { all, jsonStringify } from '@pulumi/pulumi'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { ApplyError } from '../../../../local/apply/errors.ts'
import { subnetsOf } from '../../../../local/apply/network.ts'
import { type RunningCloud, startCloud } from '../../../../local/cloud/start-cloud.ts'
import { applyTo, clientOptions, touched } from '../../../helpers/apply/apply-to.ts'

const SUBNETS = subnetsOf('eu-central-1')
  .slice(0, 2)
  .map(({ id }) => id)

const SERVER = `
const { createServer } = require('node:http')
if (process.env.BROKEN) process.exit(1)
const server = createServer((request, response) => response.end(process.env.GREETING))
server.listen(Number(process.env.PORT), '127.0.0.1')
process.on('SIGTERM', () => process.exit(0))
`

let folder: string
let cloud: RunningCloud
let client: ECSClient

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'keyturn-containers-'))
  await writeFile(join(folder, 'Dockerfile'), 'FROM scratch\n')
  await writeFile(join(folder, 'server.cjs'), SERVER)
  cloud = await startCloud({ port: 0, ecs: { port: 0, images: { '': { entry: join(folder, 'server.cjs') } } } })
  client = new ECSClient(clientOptions(cloud))
})

afterEach(async () => {
  client.destroy()
  await cloud.close()
  await rm(folder, { recursive: true })
})

const apply = applyTo(() => cloud)

const TRUST = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { Service: 'ecs-tasks.amazonaws.com' }, Action: 'sts:AssumeRole' }],
})
const PULL_AND_LOG = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Sid: 'All', Effect: 'Allow', Action: ['ecr:*', 'logs:*'], Resource: '*' }],
})

const web =
  (environment: Record<string, string>, desiredCount = 1) =>
  async () => {
    const repository = new ecr.Repository('repository', { name: 'keyturn/web' })
    const image = new Image('image', {
      imageName: repository.repositoryUrl.apply((url) => `${url}:latest`),
      build: { context: folder, dockerfile: join(folder, 'Dockerfile'), platform: 'linux/arm64' },
    })
    const logs = new cloudwatch.LogGroup('logs', { name: '/keyturn/web' })
    const role = new iam.Role('role', { name: 'web', assumeRolePolicy: TRUST })
    const policy = new iam.RolePolicy('policy', { role: role.id, name: 'pull', policy: PULL_AND_LOG })
    const task = new ecs.TaskDefinition(
      'task',
      {
        family: 'web',
        requiresCompatibilities: ['FARGATE'],
        networkMode: 'awsvpc',
        cpu: '256',
        memory: '512',
        runtimePlatform: { cpuArchitecture: 'ARM64', operatingSystemFamily: 'LINUX' },
        executionRoleArn: role.arn,
        taskRoleArn: role.arn,
        containerDefinitions: jsonStringify([
          {
            name: 'web',
            image: image.repoDigest,
            essential: true,
            portMappings: [{ containerPort: 8080 }],
            environment: Object.entries(environment).map(([name, value]) => ({ name, value })),
            logConfiguration: {
              logDriver: 'awslogs',
              options: {
                'awslogs-group': logs.name,
                'awslogs-region': 'eu-central-1',
                'awslogs-stream-prefix': 'web',
              },
            },
          },
        ]),
      },
      { dependsOn: policy },
    )
    const group = new ec2.SecurityGroup('group', { vpcId: 'vpc-0a', ingress: [] })
    const balancer = new lb.LoadBalancer('balancer', { internal: true, subnets: SUBNETS })
    const target = new lb.TargetGroup('target', { port: 8080, protocol: 'HTTP', targetType: 'ip', vpcId: 'vpc-0a' })
    const cluster = new ecs.Cluster('cluster', { name: 'keyturn' })
    const service = new ecs.Service(
      'service',
      {
        name: 'web',
        cluster: cluster.arn,
        taskDefinition: task.arn,
        launchType: 'FARGATE',
        desiredCount,
        deploymentMinimumHealthyPercent: 100,
        deploymentMaximumPercent: 200,
        deploymentCircuitBreaker: { enable: true, rollback: true },
        healthCheckGracePeriodSeconds: 1,
        waitForSteadyState: true,
        loadBalancers: [{ targetGroupArn: target.arn, containerName: 'web', containerPort: 8080 }],
        networkConfiguration: { subnets: SUBNETS, securityGroups: [group.id], assignPublicIp: true },
      },
      { ignoreChanges: ['desiredCount'] },
    )
    new appautoscaling.Target('scaling', {
      minCapacity: 1,
      maxCapacity: 2,
      resourceId: all([cluster.name, service.name]).apply((names) => `service/${names.join('/')}`),
      scalableDimension: 'ecs:service:DesiredCount',
      serviceNamespace: 'ecs',
    })
    return { taskDefinition: task.arn, host: balancer.dnsName, digest: image.repoDigest }
  }

const describeService = async () => {
  const { services } = await client.send(new DescribeServicesCommand({ cluster: 'keyturn', services: ['web'] }))
  return services?.[0]
}

describe('applyStack: containers (part of A6)', () => {
  it('runs the service under its task definition, and tells where its load balancer answers', async () => {
    const { outputs } = await apply(web({ GREETING: 'hello' }), { loadBalancerHost: '127.0.0.1:8080' })
    expect(outputs.host).toBe('127.0.0.1:8080')
    expect(outputs.digest).toMatch(/^000000000000\.dkr\.ecr\.eu-central-1\.amazonaws\.com\/keyturn\/web@sha256:/)
    expect(await describeService()).toMatchObject({ runningCount: 1, taskDefinition: outputs.taskDefinition })
  })

  it('rolls changed settings out as a new revision, removes the old one, and leaves the scaled count alone', async () => {
    const first = await apply(web({ GREETING: 'hello' }))
    const second = await apply(web({ GREETING: 'goodbye' }, 2), { state: first.state })
    expect(touched(second)).toEqual(['replace task', 'update service'])
    expect(second.outputs.taskDefinition).not.toBe(first.outputs.taskDefinition)
    expect(await describeService()).toMatchObject({
      runningCount: 1,
      desiredCount: 1,
      taskDefinition: second.outputs.taskDefinition,
    })
    expect((await apply(web({ GREETING: 'goodbye' }, 2), { state: second.state })).changes).not.toContainEqual(
      expect.objectContaining({ action: 'update' }),
    )
  })

  it('fails when the new tasks do not come up, and the old ones stay', async () => {
    const first = await apply(web({ GREETING: 'hello' }))
    const error: ApplyError = await apply(web({ BROKEN: 'yes' }), { state: first.state }).catch((reason) => reason)
    expect(error.message).toMatch(/^updating .*::service failed: the deployment of service web failed: .* log group\.$/)
    expect(await describeService()).toMatchObject({ runningCount: 1, taskDefinition: first.outputs.taskDefinition })
  })

  it('names a Dockerfile that is not there', async () => {
    await rm(join(folder, 'Dockerfile'))
    await expect(apply(web({}))).rejects.toThrow(/::image failed: Dockerfile .*Dockerfile does not exist/)
  })
})
