import { z } from 'zod'
import { parseInput } from '../../parse-input.ts'
import type { Operation } from '../../service.ts'
import { taskDefinitionArn } from '../arns.ts'
import { taskDefinitionShape } from '../describe.ts'
import { notImplemented } from '../errors.ts'
import { checkFargateSize } from '../fargate-size.ts'
import { findTaskDefinition } from '../find.ts'
import type { TaskDefinitionRecord } from '../state.ts'
import { type TaskDefinitionInput, taskDefinitionInput } from '../task-definition.ts'

/** docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RegisterTaskDefinition.html */
export const registerTaskDefinition: Operation = (raw, call) => {
  const input = parseInput(taskDefinitionInput, raw, 'ClientException')
  checkFargateSize(input)
  refuseWhatCannotRun(input)
  const { cloud } = call
  const revisions = cloud.state.ecs.taskDefinitions[input.family] ?? []
  const revision = revisions.length + 1
  const arn = taskDefinitionArn(cloud, input.family, revision)
  call.authorize('ecs:RegisterTaskDefinition', arn)
  for (const role of [input.taskRoleArn, input.executionRoleArn]) {
    if (role) call.authorize('iam:PassRole', role, { 'iam:PassedToService': 'ecs-tasks.amazonaws.com' })
  }
  const registeredAt = cloud.clock.now().toISOString()
  const { family, tags } = input
  const record: TaskDefinitionRecord = { arn, family, revision, registeredAt, tags, status: 'ACTIVE', input }
  cloud.state.ecs.taskDefinitions[family] = [...revisions, record]
  return { taskDefinition: taskDefinitionShape(record), tags }
}

/** docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DescribeTaskDefinition.html */
export const describeTaskDefinition: Operation = (raw, call) => {
  const input = parseInput(z.object({ taskDefinition: z.string(), include: z.array(z.string()).default([]) }), raw)
  // IAM knows no resource for this action.
  call.authorize('ecs:DescribeTaskDefinition', '*')
  const record = findTaskDefinition(call.cloud, input.taskDefinition)
  return { taskDefinition: taskDefinitionShape(record), ...(input.include.includes('TAGS') && { tags: record.tags }) }
}

/** docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeregisterTaskDefinition.html */
export const deregisterTaskDefinition: Operation = (raw, call) => {
  const input = parseInput(z.object({ taskDefinition: z.string() }), raw)
  call.authorize('ecs:DeregisterTaskDefinition', '*')
  const record = findTaskDefinition(call.cloud, input.taskDefinition)
  record.status = 'INACTIVE'
  record.deregisteredAt ??= call.cloud.clock.now().toISOString()
  return { taskDefinition: taskDefinitionShape(record) }
}

/** @throws ServiceError for what would be accepted and then not run */
function refuseWhatCannotRun({ containerDefinitions, requiresCompatibilities }: TaskDefinitionInput): void {
  if (containerDefinitions.length > 1) throw notImplemented('A task of more than one container')
  const foreign = requiresCompatibilities.find((each) => each !== 'FARGATE')
  if (foreign) throw notImplemented(`Launch type ${foreign}`)
  const [container] = containerDefinitions
  for (const member of ['command', 'entryPoint', 'healthCheck']) {
    const value = container?.[member]
    if (value !== undefined && !(Array.isArray(value) && value.length === 0)) {
      throw notImplemented(`${member} of a container`)
    }
  }
}
