import { SecurityGroup } from '@pulumi/aws/ec2/securityGroup.js'
import { Listener, type ListenerArgs } from '@pulumi/aws/lb/listener.js'
import { LoadBalancer, type LoadBalancerArgs } from '@pulumi/aws/lb/loadBalancer.js'
import { TargetGroup, type TargetGroupArgs } from '@pulumi/aws/lb/targetGroup.js'
import {
  ComponentResource,
  type ComponentResourceOptions,
  interpolate,
  type Output,
  type Resource,
} from '@pulumi/pulumi'
import type { Network } from '../account/network.ts'
import type { ProxySettings } from '../config/schema.ts'

export interface ProxyLoadBalancerArgs {
  readonly settings: ProxySettings
  readonly network: Network
  readonly protect: boolean
}

/** How long a stream may be silent before the load balancer cuts it, in seconds; AWS allows 4000. */
const IDLE_SECONDS = 3600

/** How long streams may finish on a task that is leaving, in seconds. */
export const DRAIN_SECONDS = 120

/** The load balancer in front of the proxy's tasks, open to declared ranges only. */
export class ProxyLoadBalancer extends ComponentResource {
  readonly url: Output<string>
  readonly securityGroupId: Output<string>
  readonly targetGroupArn: Output<string>
  /** `app/…/…/targetgroup/…/…`, as autoscaling names what it counts requests of. */
  readonly requestCountLabel: Output<string>
  /** A service may register tasks once this listens. */
  readonly listener: Resource

  constructor(name: string, args: ProxyLoadBalancerArgs, options?: ComponentResourceOptions) {
    super('keyturn:index:ProxyLoadBalancer', name, {}, options)
    const parent = this
    const { settings, network } = args
    const { certificateArn, allowedCidrs, internal } = settings.loadBalancer
    const frontPort = certificateArn === undefined ? 80 : 443

    const securityGroup = createSecurityGroup()
    const loadBalancer = createLoadBalancer()
    const targetGroup = createTargetGroup()

    this.listener = createListener()
    this.url = interpolate`${certificateArn === undefined ? 'http' : 'https'}://${loadBalancer.dnsName}`
    this.securityGroupId = securityGroup.id
    this.targetGroupArn = targetGroup.arn
    this.requestCountLabel = interpolate`${loadBalancer.arnSuffix}/${targetGroup.arnSuffix}`
    this.registerOutputs({ url: this.url })

    function createSecurityGroup(): SecurityGroup {
      return new SecurityGroup(
        name,
        {
          description: 'Callers of the Keyturn proxy',
          vpcId: network.vpcId,
          ingress: [
            {
              description: 'Declared callers',
              protocol: 'tcp',
              fromPort: frontPort,
              toPort: frontPort,
              cidrBlocks: allowedCidrs,
            },
          ],
          egress: [
            {
              description: 'The proxy',
              protocol: 'tcp',
              fromPort: settings.port,
              toPort: settings.port,
              cidrBlocks: network.taskSubnets.map(({ cidr }) => cidr),
            },
          ],
        },
        { parent },
      )
    }

    function createLoadBalancer(): LoadBalancer {
      const loadBalancer: LoadBalancerArgs = {
        loadBalancerType: 'application',
        internal,
        subnets: network.loadBalancerSubnets.map(({ id }) => id),
        securityGroups: [securityGroup.id],
        idleTimeout: IDLE_SECONDS,
        dropInvalidHeaderFields: true,
        enableDeletionProtection: args.protect,
      }
      return new LoadBalancer(name, loadBalancer, { parent })
    }

    function createTargetGroup(): TargetGroup {
      const targetGroup: TargetGroupArgs = {
        vpcId: network.vpcId,
        targetType: 'ip',
        protocol: 'HTTP',
        port: settings.port,
        deregistrationDelay: DRAIN_SECONDS,
        // Streams live long: count those that are open, not those that came.
        loadBalancingAlgorithmType: 'least_outstanding_requests',
        healthCheck: {
          path: '/ready',
          interval: 10,
          timeout: 5,
          healthyThreshold: 2,
          unhealthyThreshold: 3,
          matcher: '200',
        },
      }
      return new TargetGroup(name, targetGroup, { parent })
    }

    function createListener(): Listener {
      const tls = { protocol: 'HTTPS', sslPolicy: 'ELBSecurityPolicy-TLS13-1-2-Res-2021-06' }
      const listener: ListenerArgs = {
        loadBalancerArn: loadBalancer.arn,
        port: frontPort,
        ...(certificateArn === undefined ? { protocol: 'HTTP' } : { ...tls, certificateArn }),
        defaultActions: [{ type: 'forward', targetGroupArn: targetGroup.arn }],
      }
      return new Listener(name, listener, { parent })
    }
  }
}
