import { SecurityGroup } from '@pulumi/aws/ec2/securityGroup.js'
import { Cluster } from '@pulumi/aws/ecs/cluster.js'
import { Service, type ServiceArgs } from '@pulumi/aws/ecs/service.js'
import { TaskDefinition, type TaskDefinitionArgs } from '@pulumi/aws/ecs/taskDefinition.js'
import {
  ComponentResource,
  type ComponentResourceOptions,
  type Input,
  jsonStringify,
  type Output,
  type Resource,
} from '@pulumi/pulumi'
import type { ProxyConfig } from '../../core/inventory.ts'
import { PRIVATE_IPV4, PRIVATE_IPV6 } from '../../core/routes.ts'
import type { Network } from '../account/network.ts'
import type { ProxySettings } from '../config/schema.ts'
import type { Naming } from '../naming.ts'
import { DRAIN_SECONDS, type ProxyLoadBalancer } from './proxy-load-balancer.ts'

export interface ProxyServiceArgs {
  readonly naming: Naming
  readonly region: string
  readonly settings: ProxySettings
  readonly network: Network
  readonly loadBalancer: ProxyLoadBalancer
  /** By digest. */
  readonly image: Input<string>
  readonly config: Output<ProxyConfig>
  readonly logLevel: string
  readonly logGroupName: Input<string>
  readonly taskRoleArn: Input<string>
  readonly executionRoleArn: Input<string>
  /** What must be there before the first task starts: permissions, and values to read. */
  readonly after: readonly Resource[]
}

/** The proxy's tasks on Fargate, replaced one by one and rolled back when the new ones do not become healthy. */
export class ProxyService extends ComponentResource {
  readonly clusterName: Output<string>
  readonly serviceName: Output<string>

  constructor(name: string, args: ProxyServiceArgs, options?: ComponentResourceOptions) {
    super('keyturn:index:ProxyService', name, {}, options)
    const parent = this
    const { naming, settings, network, loadBalancer } = args
    const physicalName = naming.physical('proxy')

    const cluster = new Cluster(name, { name: physicalName }, { parent })
    const securityGroup = createSecurityGroup()
    const task = createTaskDefinition()
    const service = createService()

    this.clusterName = cluster.name
    this.serviceName = service.name
    this.registerOutputs({ serviceName: service.name })

    function createSecurityGroup(): SecurityGroup {
      const range = (port: number) => ({ protocol: 'tcp', fromPort: port, toPort: port })
      return new SecurityGroup(
        name,
        {
          description: 'Tasks of the Keyturn proxy',
          vpcId: network.vpcId,
          ingress: [
            {
              description: 'The load balancer',
              ...range(settings.port),
              securityGroups: [loadBalancer.securityGroupId],
            },
            ...metricsReaders(),
          ],
          egress: [
            ...outboundPorts(settings).map((port) => ({
              description: 'Upstreams and AWS',
              ...range(port),
              cidrBlocks: ['0.0.0.0/0'],
            })),
            ...plainPorts(settings).map((port) => ({
              description: 'Upstreams over plain HTTP',
              ...range(port),
              cidrBlocks: [...PRIVATE_IPV4],
              ipv6CidrBlocks: [...PRIVATE_IPV6],
            })),
          ],
        },
        { parent },
      )
    }

    function metricsReaders() {
      const { metricsPort: port, metricsCidrs } = settings
      if (metricsCidrs.length === 0) return []
      const range = { protocol: 'tcp', fromPort: port, toPort: port }
      return [{ description: 'Readers of metrics', ...range, cidrBlocks: metricsCidrs }]
    }

    function createTaskDefinition(): TaskDefinition {
      const task: TaskDefinitionArgs = {
        family: physicalName,
        requiresCompatibilities: ['FARGATE'],
        networkMode: 'awsvpc',
        runtimePlatform: { cpuArchitecture: 'ARM64', operatingSystemFamily: 'LINUX' },
        cpu: String(settings.cpu),
        memory: String(settings.memoryMb),
        taskRoleArn: args.taskRoleArn,
        executionRoleArn: args.executionRoleArn,
        containerDefinitions: jsonStringify([createContainer()]),
      }
      return new TaskDefinition(name, task, { parent })
    }

    function createContainer() {
      return {
        name: 'proxy',
        image: args.image,
        essential: true,
        readonlyRootFilesystem: true,
        stopTimeout: DRAIN_SECONDS,
        portMappings: [
          { containerPort: settings.port, protocol: 'tcp' },
          { name: 'metrics', containerPort: settings.metricsPort, protocol: 'tcp' },
        ],
        ulimits: [{ name: 'nofile', softLimit: 65536, hardLimit: 65536 }],
        environment: [
          { name: 'KEYTURN_PROXY_CONFIG', value: jsonStringify(args.config) },
          { name: 'KEYTURN_LOG_LEVEL', value: args.logLevel },
        ],
        logConfiguration: {
          logDriver: 'awslogs',
          options: {
            'awslogs-group': args.logGroupName,
            'awslogs-region': args.region,
            'awslogs-stream-prefix': 'proxy',
          },
        },
      }
    }

    function createService(): Service {
      const service: ServiceArgs = {
        name: physicalName,
        cluster: cluster.arn,
        taskDefinition: task.arn,
        launchType: 'FARGATE',
        desiredCount: settings.tasks.minimum,
        deploymentMinimumHealthyPercent: 100,
        deploymentMaximumPercent: 200,
        deploymentCircuitBreaker: { enable: true, rollback: true },
        healthCheckGracePeriodSeconds: 30,
        // A deployment that rolls itself back must fail the update that began it.
        waitForSteadyState: true,
        loadBalancers: [
          { targetGroupArn: loadBalancer.targetGroupArn, containerName: 'proxy', containerPort: settings.port },
        ],
        networkConfiguration: {
          subnets: network.taskSubnets.map(({ id }) => id),
          securityGroups: [securityGroup.id],
          assignPublicIp: network.assignPublicIp,
        },
        propagateTags: 'SERVICE',
      }
      const dependsOn = [loadBalancer.listener, ...args.after]
      // Autoscaling owns the count from here on.
      const ignoreChanges = ['desiredCount']
      return new Service(name, service, { parent, dependsOn, ignoreChanges })
    }
  }
}

/** 443 for AWS, and the ports of the upstreams with TLS. */
const outboundPorts = ({ routes }: ProxySettings): readonly number[] =>
  distinct([443, ...portsOf(routes, 'https:', 443)])

/** Ports that are open to private networks alone. */
const plainPorts = ({ routes }: ProxySettings): readonly number[] => distinct(portsOf(routes, 'http:', 80))

function portsOf(routes: ProxySettings['routes'], protocol: string, usual: number): readonly number[] {
  const urls = routes.map(({ upstream }) => new URL(upstream))
  return urls.filter((url) => url.protocol === protocol).map(({ port }) => Number(port || usual))
}

const distinct = (ports: readonly number[]): readonly number[] => [...new Set(ports)].sort((one, other) => one - other)
