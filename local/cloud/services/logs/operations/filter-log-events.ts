import { z } from 'zod'
import { parseInput } from '../../parse-input.ts'
import type { Operation } from '../../service.ts'
import { groupOf, streamArn } from '../arns.ts'
import { readFilterPattern } from '../filter-pattern.ts'
import { findGroup, keptEvents } from '../find.ts'
import { pageOf } from '../page.ts'

const schema = z.object({
  logGroupName: z.string().optional(),
  logGroupIdentifier: z.string().optional(),
  logStreamNames: z.array(z.string()).max(100).optional(),
  logStreamNamePrefix: z.string().default(''),
  startTime: z.number().default(0),
  endTime: z.number().default(Number.MAX_SAFE_INTEGER),
  filterPattern: z.string().max(1024).default(''),
  limit: z.number().int().min(1).max(10_000).default(10_000),
  nextToken: z.string().optional(),
  interleaved: z.boolean().optional(),
})

export const filterLogEvents: Operation = (input, call) => {
  const parsed = parseInput(schema, input, 'InvalidParameterException')
  const { cloud } = call
  const name = groupOf(parsed.logGroupName ?? parsed.logGroupIdentifier ?? '')
  call.authorize('logs:FilterLogEvents', streamArn(cloud, name))
  const group = findGroup(cloud, name)
  const matches = readFilterPattern(parsed.filterPattern)
  const events = Object.values(group.streams)
    .filter((stream) => parsed.logStreamNames?.includes(stream.name) ?? true)
    .filter((stream) => stream.name.startsWith(parsed.logStreamNamePrefix))
    .flatMap((stream) => keptEvents(cloud, group, stream).map((event) => ({ event, stream: stream.name })))
    .filter(({ event }) => event.timestamp >= parsed.startTime && event.timestamp <= parsed.endTime)
    .filter(({ event }) => matches(event.message))
    .sort((one, other) => one.event.timestamp - other.event.timestamp)
  const { items, next } = pageOf(events, parsed.limit, parsed.nextToken)
  return {
    events: items.map(({ event, stream }) => ({
      logStreamName: stream,
      timestamp: event.timestamp,
      message: event.message,
      ingestionTime: event.ingestedAt,
      eventId: event.id,
    })),
    searchedLogStreams: [],
    nextToken: next,
  }
}
