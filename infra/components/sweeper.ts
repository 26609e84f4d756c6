import { EventRule, type EventRuleArgs } from '@pulumi/aws/cloudwatch/eventRule.js'
import { EventTarget } from '@pulumi/aws/cloudwatch/eventTarget.js'
import { Permission } from '@pulumi/aws/lambda/permission.js'
import { Schedule, type ScheduleArgs } from '@pulumi/aws/scheduler/schedule.js'
import { all, ComponentResource, type ComponentResourceOptions, type Output, type Resource } from '@pulumi/pulumi'
import { TAG } from '../../core/tags.ts'
import type { Naming } from '../naming.ts'
import { allow, type IamStatement } from '../policies/permissions.ts'
import { LambdaFunction, type LambdaFunctionArgs } from './lambda-function.ts'
import { ServiceRole } from './service-role.ts'

export interface SweeperArgs extends Omit<LambdaFunctionArgs, 'files' | 'statements'> {
  /** Minutes between two sweeps: how long, at most, an expired key outlives its deadline at its target. */
  readonly everyMinutes: number
  /** Events are heard once these stand: the first values of a new stack would start a sweep each. */
  readonly eventsAfter: readonly Resource[]
  /** The functions that it may ask to retire a version, and to order versions that were moved by hand. */
  readonly rotationFunctionArns: readonly Output<string>[]
}

/**
 * Looks for versions whose grace is over, and has them retired (A5); for labels that were moved by hand, and has them
 * ordered (B19); and tells people what stands. It looks at all secrets on a schedule, and at one when it hears of it (A9).
 */
export class Sweeper extends ComponentResource {
  readonly functionArn: Output<string>

  constructor(name: string, args: SweeperArgs, options?: ComponentResourceOptions) {
    super('keyturn:index:Sweeper', name, {}, options)
    const parent = this

    const lambda = createFunction()
    const role = createScheduleRole()
    createSchedule()
    createEvents()

    this.functionArn = lambda.arn
    this.registerOutputs({ functionArn: lambda.arn })

    function createFunction(): LambdaFunction {
      // One that is reserved is one at a time: two sweeps would ask for the same retirements, which is idle but harmless.
      const settings = { ...args.settings, ...(args.settings.reservedConcurrency && { reservedConcurrency: 1 }) }
      const statements = all([...args.rotationFunctionArns]).apply((functions) =>
        sweepStatements(functions, args.naming),
      )
      return new LambdaFunction(name, { ...args, settings, statements, files: {} }, { parent })
    }

    function createScheduleRole(): ServiceRole {
      const statements = lambda.arn.apply((arn) => [allow('StartSweep', ['lambda:InvokeFunction'], [arn])])
      const description = 'Starts the sweeper on its schedule'
      const service = 'scheduler.amazonaws.com'
      return new ServiceRole(`${name}-schedule`, { naming: args.naming, description, service, statements }, { parent })
    }

    function createSchedule(): Schedule {
      const { everyMinutes, naming } = args
      const schedule: ScheduleArgs = {
        name: naming.physical(name),
        description: args.description,
        scheduleExpression: everyMinutes === 1 ? 'rate(1 minute)' : `rate(${everyMinutes} minutes)`,
        flexibleTimeWindow: { mode: 'OFF' },
        target: {
          arn: lambda.arn,
          roleArn: role.arn,
          // The next sweep does all that a lost one would have done.
          retryPolicy: { maximumRetryAttempts: 0, maximumEventAgeInSeconds: 60 },
        },
      }
      const dependsOn = [role.policy, ...lambda.ready]
      return new Schedule(`${name}-schedule`, schedule, { parent, dependsOn })
    }

    /** Within a minute of a label that was moved, and of a rotation that failed; the schedule is the net below. */
    function createEvents(): void {
      const { naming } = args
      const rule: EventRuleArgs = {
        name: naming.physical('secret-events'),
        description: `Has the sweeper look at a secret of ${naming.stackTag} that something happened to`,
        eventPattern: JSON.stringify(secretEvents(naming)),
      }
      const dependsOn = [...lambda.ready, ...args.eventsAfter]
      const events = new EventRule(`${name}-events`, rule, { parent, dependsOn })
      const permission = new Permission(
        `${name}-events-permission`,
        {
          statementId: 'EventsStartSweep',
          function: lambda.functionName,
          action: 'lambda:InvokeFunction',
          principal: 'events.amazonaws.com',
          sourceArn: events.arn,
        },
        { parent },
      )
      new EventTarget(
        `${name}-events-target`,
        { rule: events.name, targetId: 'sweeper', arn: lambda.arn },
        { parent, dependsOn: [permission] },
      )
    }
  }
}

/**
 * Labels tell it natively, without a trail. That a rotation failed or was abandoned comes through CloudTrail, where the
 * account has a trail for management events, and is best effort.
 * https://docs.aws.amazon.com/secretsmanager/latest/userguide/secret-event-notifications.html
 */
const secretEvents = (naming: Naming): object => ({
  source: ['aws.secretsmanager'],
  $or: [
    { 'detail-type': ['Secret Label Updated'], detail: { name: [{ prefix: naming.secret('') }] } },
    {
      'detail-type': ['AWS Service Event via CloudTrail'],
      detail: {
        eventName: ['RotationFailed', 'RotationAbandoned'],
        additionalEventData: { SecretId: [{ prefix: naming.anySecretArn.slice(0, -1) }] },
      },
    },
  ],
})

function sweepStatements(rotationFunctions: readonly string[], naming: Naming): IamStatement[] {
  return [
    // IAM cannot narrow ListSecrets to some secrets; it tells names, labels and tags, never a value.
    allow('ListSecrets', ['secretsmanager:ListSecrets'], ['*']),
    allow('LookAtSecret', ['secretsmanager:DescribeSecret'], [naming.anySecretArn]),
    {
      ...allow('RememberTold', ['secretsmanager:TagResource'], [naming.anySecretArn]),
      // No other tag: that a secret has been ended is for its rotation function to say.
      Condition: { 'ForAllValues:StringEquals': { 'aws:TagKeys': [TAG.told] } },
    },
    allow('HaveRetired', ['lambda:InvokeFunction'], rotationFunctions),
  ]
}
