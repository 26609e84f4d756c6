import { Policy } from '@pulumi/aws/appautoscaling/policy.js'
import { Target } from '@pulumi/aws/appautoscaling/target.js'
import { ComponentResource, type ComponentResourceOptions, type Input, interpolate } from '@pulumi/pulumi'

export interface ProxyAutoscalingArgs {
  readonly clusterName: Input<string>
  readonly serviceName: Input<string>
  readonly minimum: number
  readonly maximum: number
  readonly requestCountLabel: Input<string>
}

const CPU_PERCENT = 60

/** Requests a minute and task; streams hold a task longer than its CPU shows. */
const REQUESTS_PER_TASK = 1000

/** Adds tasks quickly and takes them away slowly, since a task that leaves must wait for its streams. */
export class ProxyAutoscaling extends ComponentResource {
  constructor(name: string, args: ProxyAutoscalingArgs, options?: ComponentResourceOptions) {
    super('keyturn:index:ProxyAutoscaling', name, {}, options)
    const parent = this

    const target = createTarget()
    createPolicy('cpu', { predefinedMetricType: 'ECSServiceAverageCPUUtilization' }, CPU_PERCENT)
    createPolicy(
      'requests',
      { predefinedMetricType: 'ALBRequestCountPerTarget', resourceLabel: args.requestCountLabel },
      REQUESTS_PER_TASK,
    )
    this.registerOutputs({})

    function createTarget(): Target {
      return new Target(
        name,
        {
          serviceNamespace: 'ecs',
          scalableDimension: 'ecs:service:DesiredCount',
          resourceId: interpolate`service/${args.clusterName}/${args.serviceName}`,
          minCapacity: args.minimum,
          maxCapacity: args.maximum,
        },
        { parent },
      )
    }

    function createPolicy(
      what: string,
      predefinedMetricSpecification: { predefinedMetricType: string; resourceLabel?: Input<string> },
      targetValue: number,
    ): Policy {
      return new Policy(
        `${name}-${what}`,
        {
          policyType: 'TargetTrackingScaling',
          serviceNamespace: target.serviceNamespace,
          scalableDimension: target.scalableDimension,
          resourceId: target.resourceId,
          targetTrackingScalingPolicyConfiguration: {
            predefinedMetricSpecification,
            targetValue,
            scaleOutCooldown: 30,
            scaleInCooldown: 300,
          },
        },
        { parent },
      )
    }
  }
}
