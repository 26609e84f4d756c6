import { MINUTE, SECOND } from '../../../../core/clock.ts'
import type { Cloud } from '../../cloud.ts'
import { groupArn } from './find-schedule.ts'
import type { ScheduleRecord } from './state.ts'

export interface Firing {
  /** The moment the schedule named. */
  readonly due: Date
  /** From 1. */
  readonly attempt: number
}

const LONGEST_WAIT_MS = 60 * MINUTE

/**
 * Invokes a schedule's function under the schedule's role, which must trust Scheduler and may lambda:InvokeFunction.
 * A refusal is tried again as the retry policy says, then dropped. How the function fares is Lambda's affair.
 */
export async function invokeTarget(cloud: Cloud, schedule: ScheduleRecord, firing: Firing): Promise<void> {
  const { target } = schedule.settings
  try {
    const invoker = cloud.iam.assume(target.roleArn, 'EventBridgeScheduler', {
      service: 'scheduler.amazonaws.com',
      sourceArn: groupArn(cloud, schedule.group),
    })
    await cloud.lambda.invoke(target.arn, payload(cloud, schedule, firing), { type: 'Event', invoker })
  } catch (error) {
    cloud.log.warn({ error, schedule: schedule.arn, attempt: firing.attempt }, 'a schedule did not reach its target')
    retry(cloud, schedule, firing)
  }
}

function retry(cloud: Cloud, schedule: ScheduleRecord, { due, attempt }: Firing): void {
  const { maxRetries, maxAgeSeconds } = schedule.settings.target
  const wait = Math.min(MINUTE * 2 ** (attempt - 1), LONGEST_WAIT_MS)
  const at = new Date(cloud.clock.now().getTime() + wait)
  if (attempt > maxRetries || at.getTime() - due.getTime() > maxAgeSeconds * SECOND) return
  cloud.clock.at(at, () => invokeTarget(cloud, schedule, { due, attempt: attempt + 1 }))
}

function payload(cloud: Cloud, schedule: ScheduleRecord, { due, attempt }: Firing): unknown {
  const time = `${due.toISOString().slice(0, 19)}Z`
  const id = cloud.random.uuid()
  const { input } = schedule.settings.target
  if (input === undefined) {
    return {
      version: '0',
      id,
      'detail-type': 'Scheduled Event',
      source: 'aws.scheduler',
      account: cloud.accountId,
      time,
      region: cloud.region,
      resources: [schedule.arn],
      detail: '{}',
    }
  }
  // Context attributes: docs.aws.amazon.com/scheduler/latest/UserGuide/managing-schedule-context-attributes.html
  const filled = input
    .replaceAll('<aws.scheduler.schedule-arn>', schedule.arn)
    .replaceAll('<aws.scheduler.scheduled-time>', time)
    .replaceAll('<aws.scheduler.execution-id>', id)
    .replaceAll('<aws.scheduler.attempt-number>', String(attempt))
  try {
    return JSON.parse(filled)
  } catch {
    return filled
  }
}
