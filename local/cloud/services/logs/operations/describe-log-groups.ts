import { z } from 'zod'
import { parseInput } from '../../parse-input.ts'
import type { Operation } from '../../service.ts'
import { groupArn, streamArn } from '../arns.ts'
import { keptEvents } from '../find.ts'
import { pageOf } from '../page.ts'

const schema = z.object({
  logGroupNamePrefix: z.string().optional(),
  logGroupNamePattern: z.string().optional(),
  limit: z.number().int().min(1).max(50).default(50),
  nextToken: z.string().optional(),
})

export const describeLogGroups: Operation = (input, call) => {
  const {
    logGroupNamePrefix = '',
    logGroupNamePattern = '',
    limit,
    nextToken,
  } = parseInput(schema, input, 'InvalidParameterException')
  const { cloud } = call
  call.authorize('logs:DescribeLogGroups', streamArn(cloud, ''))
  const found = Object.values(cloud.state.logs.groups)
    .filter(({ name }) => name.startsWith(logGroupNamePrefix))
    .filter(({ name }) => name.toLowerCase().includes(logGroupNamePattern.toLowerCase()))
    .sort((one, other) => one.name.localeCompare(other.name))
  const { items, next } = pageOf(found, limit, nextToken)
  return {
    logGroups: items.map((group) => ({
      logGroupName: group.name,
      creationTime: group.createdAt,
      retentionInDays: group.retentionDays,
      metricFilterCount: 0,
      arn: `${groupArn(cloud, group.name)}:*`,
      logGroupArn: groupArn(cloud, group.name),
      kmsKeyId: group.kmsKeyId,
      storedBytes: Object.values(group.streams)
        .flatMap((stream) => keptEvents(cloud, group, stream))
        .reduce((sum, { message }) => sum + Buffer.byteLength(message), 0),
    })),
    nextToken: next,
  }
}
