import { z } from 'zod'
import { parseInput } from '../../parse-input.ts'
import type { Operation } from '../../service.ts'
import { lastPart, serviceArn, taskArn } from '../arns.ts'
import { taskShape } from '../describe.ts'
import { findCluster } from '../find.ts'

const listInput = z.object({
  cluster: z.string().optional(),
  serviceName: z.string().optional(),
  desiredStatus: z.enum(['RUNNING', 'PENDING', 'STOPPED']).default('RUNNING'),
})

/** docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ListTasks.html; all on one page. */
export const listTasks: Operation = (raw, call) => {
  const input = parseInput(listInput, raw, 'InvalidParameterException')
  const { cloud } = call
  const cluster = findCluster(cloud, input.cluster)
  call.authorize('ecs:ListTasks', '*', { 'ecs:cluster': cluster.arn })
  const service = input.serviceName && serviceArn(cloud, cluster.name, lastPart(input.serviceName))
  const tasks = Object.values(cloud.state.ecs.tasks).filter(
    (task) =>
      task.clusterName === cluster.name &&
      task.desiredStatus === input.desiredStatus &&
      (service === undefined || task.serviceArn === service),
  )
  return { taskArns: tasks.map(({ arn }) => arn) }
}

const describeInput = z.object({ cluster: z.string().optional(), tasks: z.array(z.string()).min(1).max(100) })

/** docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DescribeTasks.html */
export const describeTasks: Operation = (raw, call) => {
  const input = parseInput(describeInput, raw, 'InvalidParameterException')
  const { cloud } = call
  const cluster = findCluster(cloud, input.cluster)
  const tasks: unknown[] = []
  const failures: unknown[] = []
  for (const task of input.tasks) {
    const arn = taskArn(cloud, cluster.name, lastPart(task))
    call.authorize('ecs:DescribeTasks', arn, { 'ecs:cluster': cluster.arn })
    const record = cloud.state.ecs.tasks[arn]
    if (record) tasks.push(taskShape(cloud, record))
    else failures.push({ arn, reason: 'MISSING' })
  }
  return { tasks, failures }
}
