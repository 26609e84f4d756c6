import { Schedule, type ScheduleArgs } from '@pulumi/aws/scheduler/schedule.js'
import { all, ComponentResource, type ComponentResourceOptions, type Output } from '@pulumi/pulumi'
import { allow, type IamStatement } from '../permissions.ts'
import { LambdaFunction, type LambdaFunctionArgs } from './lambda-function.ts'
import { ServiceRole } from './service-role.ts'
import { type Transform, transform } from './transform.ts'

export interface SweeperArgs extends Omit<LambdaFunctionArgs, 'files' | 'statements' | 'transform'> {
  /** Minutes between two sweeps: how long, at most, an expired key outlives its deadline at its target. */
  readonly everyMinutes: number
  /** The functions that it may ask to retire a version. */
  readonly rotationFunctionArns: readonly Output<string>[]
  readonly transform?: LambdaFunctionArgs['transform'] & { readonly schedule?: Transform<ScheduleArgs> }
}

/** Looks for versions whose grace is over, and has them retired (A5). */
export class Sweeper extends ComponentResource {
  readonly functionArn: Output<string>

  constructor(name: string, args: SweeperArgs, options?: ComponentResourceOptions) {
    super('keyturn:index:Sweeper', name, {}, options)
    const parent = this

    const lambda = createFunction()
    const role = createScheduleRole()
    createSchedule()

    this.functionArn = lambda.arn
    this.registerOutputs({ functionArn: lambda.arn })

    function createFunction(): LambdaFunction {
      // One that is reserved is one at a time: two sweeps would ask for the same retirements, which is idle but harmless.
      const settings = { ...args.settings, ...(args.settings.reservedConcurrency && { reservedConcurrency: 1 }) }
      const statements = all([...args.rotationFunctionArns]).apply(sweepStatements)
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
      return new Schedule(...transform(args.transform?.schedule, `${name}-schedule`, schedule, { parent, dependsOn }))
    }
  }
}

function sweepStatements(rotationFunctions: readonly string[]): IamStatement[] {
  return [
    // IAM cannot narrow ListSecrets to some secrets; it tells names, labels and tags, never a value.
    allow('ListSecrets', ['secretsmanager:ListSecrets'], ['*']),
    allow('HaveRetired', ['lambda:InvokeFunction'], rotationFunctions),
  ]
}
