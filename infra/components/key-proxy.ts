import { LogGroup } from '@pulumi/aws/cloudwatch/logGroup.js'
import { all, ComponentResource, type ComponentResourceOptions, type Output, type Resource } from '@pulumi/pulumi'
import type { Network } from '../account/network.ts'
import type { ProxyArtifacts } from '../bundle/artifacts.ts'
import type { ProxySettings } from '../config/schema.ts'
import type { Naming } from '../naming.ts'
import { ProxyAutoscaling } from './proxy-autoscaling.ts'
import { proxyConfig } from './proxy-config.ts'
import { ProxyImage } from './proxy-image.ts'
import { ProxyLoadBalancer } from './proxy-load-balancer.ts'
import { executionStatements, taskStatements } from './proxy-roles.ts'
import { ProxyService } from './proxy-service.ts'
import { ServiceRole } from './service-role.ts'

/** A secret that the proxy reads. */
export interface ProxySecret {
  readonly arn: Output<string>
  readonly keyArn: Output<string>
  /** The JSON field of its value that holds the key; undefined where the whole value is the key. */
  readonly keyField: string | undefined
}

export interface KeyProxyArgs {
  readonly naming: Naming
  readonly region: string
  readonly settings: ProxySettings
  readonly network: Network
  readonly artifacts: ProxyArtifacts
  /** By inventory name. */
  readonly secrets: ReadonlyMap<string, ProxySecret>
  readonly logLevel: string
  readonly logRetentionDays: number
  readonly protect: boolean
  /** First values of its secrets: without them its tasks would never be ready. */
  readonly after: readonly Resource[]
}

/** The proxy (A6): image, load balancer, service, roles and autoscaling. */
export class KeyProxy extends ComponentResource {
  readonly url: Output<string>

  constructor(name: string, args: KeyProxyArgs, options?: ComponentResourceOptions) {
    super('keyturn:index:KeyProxy', name, {}, options)
    const parent = this
    const { naming, settings, network, protect } = args

    const logGroup = createLogGroup()
    const image = new ProxyImage(`${name}-image`, { naming, protect, ...args.artifacts }, { parent })
    const loadBalancer = new ProxyLoadBalancer(`${name}-load-balancer`, { settings, network, protect }, { parent })
    const taskRole = createTaskRole()
    const executionRole = createExecutionRole()
    const service = createService()
    scaleService()

    this.url = loadBalancer.url
    this.registerOutputs({ url: this.url })

    function createLogGroup(): LogGroup {
      const logName = `/keyturn/${naming.physical(name)}`
      return new LogGroup(`${name}-logs`, { name: logName, retentionInDays: args.logRetentionDays }, { parent })
    }

    function createTaskRole(): ServiceRole {
      const statements = all([...args.secrets.values()].map(({ keyArn }) => keyArn)).apply((keyArns) =>
        taskStatements(keyArns, naming),
      )
      const description = 'What the running Keyturn proxy may do'
      return new ServiceRole(`${name}-task`, { naming, description, service: ECS_TASKS, statements }, { parent })
    }

    function createExecutionRole(): ServiceRole {
      const statements = all([image.repositoryArn, logGroup.arn]).apply(([repository, log]) =>
        executionStatements(repository, log),
      )
      const description = 'What ECS may do to start the Keyturn proxy'
      return new ServiceRole(`${name}-execution`, { naming, description, service: ECS_TASKS, statements }, { parent })
    }

    function createService(): ProxyService {
      const arns = all(Object.fromEntries([...args.secrets].map(([secret, { arn }]) => [secret, arn])))
      const config = arns.apply((byName) =>
        proxyConfig(
          settings,
          (secret) => byName[secret] ?? '',
          (secret) => args.secrets.get(secret)?.keyField,
        ),
      )
      const after = [taskRole.policy, executionRole.policy, ...args.after]
      return new ProxyService(
        `${name}-service`,
        {
          ...args,
          loadBalancer,
          image: image.reference,
          config,
          logGroupName: logGroup.name,
          taskRoleArn: taskRole.arn,
          executionRoleArn: executionRole.arn,
          after,
        },
        { parent },
      )
    }

    function scaleService(): ProxyAutoscaling {
      const { clusterName, serviceName } = service
      const { requestCountLabel } = loadBalancer
      const scaling = { clusterName, serviceName, requestCountLabel, ...settings.tasks }
      return new ProxyAutoscaling(`${name}-scaling`, scaling, { parent })
    }
  }
}

const ECS_TASKS = 'ecs-tasks.amazonaws.com'
