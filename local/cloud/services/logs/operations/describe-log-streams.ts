import { z } from 'zod'
import { parseInput } from '../../parse-input.ts'
import type { Operation } from '../../service.ts'
import { groupArn, groupOf, streamArn } from '../arns.ts'
import { findGroup, keptEvents } from '../find.ts'
import { pageOf } from '../page.ts'

const schema = z.object({
  logGroupName: z.string().optional(),
  logGroupIdentifier: z.string().optional(),
  logStreamNamePrefix: z.string().default(''),
  orderBy: z.enum(['LogStreamName', 'LastEventTime']).default('LogStreamName'),
  descending: z.boolean().default(false),
  limit: z.number().int().min(1).max(50).default(50),
  nextToken: z.string().optional(),
})

export const describeLogStreams: Operation = (input, call) => {
  const parsed = parseInput(schema, input, 'InvalidParameterException')
  const { cloud } = call
  const name = groupOf(parsed.logGroupName ?? parsed.logGroupIdentifier ?? '')
  call.authorize('logs:DescribeLogStreams', streamArn(cloud, name))
  const group = findGroup(cloud, name)
  const streams = Object.values(group.streams)
    .filter((stream) => stream.name.startsWith(parsed.logStreamNamePrefix))
    .map((stream) => {
      const times = keptEvents(cloud, group, stream).map(({ timestamp }) => timestamp)
      return {
        logStreamName: stream.name,
        creationTime: stream.createdAt,
        firstEventTimestamp: times[0],
        lastEventTimestamp: times.at(-1),
        lastIngestionTime: stream.events.at(-1)?.ingestedAt,
        arn: `${groupArn(cloud, name)}:log-stream:${stream.name}`,
        storedBytes: 0,
      }
    })
    .sort((one, other) =>
      parsed.orderBy === 'LastEventTime'
        ? (one.lastEventTimestamp ?? 0) - (other.lastEventTimestamp ?? 0)
        : one.logStreamName.localeCompare(other.logStreamName),
    )
  const { items, next } = pageOf(parsed.descending ? streams.reverse() : streams, parsed.limit, parsed.nextToken)
  return { logStreams: items, nextToken: next }
}
