import { z } from 'zod'
import { ServiceError } from '../../../protocol/service-error.ts'
import { parseInput } from '../../parse-input.ts'
import type { Operation } from '../../service.ts'
import { groupOf, streamArn } from '../arns.ts'
import { findGroup, findStream, keptEvents } from '../find.ts'

const schema = z.object({
  logGroupName: z.string().optional(),
  logGroupIdentifier: z.string().optional(),
  logStreamName: z.string(),
  startTime: z.number().default(0),
  endTime: z.number().default(Number.MAX_SAFE_INTEGER),
  limit: z.number().int().min(1).max(10_000).default(10_000),
  startFromHead: z.boolean().default(false),
  nextToken: z.string().optional(),
})

export const getLogEvents: Operation = (input, call) => {
  const parsed = parseInput(schema, input, 'InvalidParameterException')
  const { cloud } = call
  const name = groupOf(parsed.logGroupName ?? parsed.logGroupIdentifier ?? '')
  call.authorize('logs:GetLogEvents', streamArn(cloud, name, parsed.logStreamName))
  const group = findGroup(cloud, name)
  const events = keptEvents(cloud, group, findStream(group, parsed.logStreamName)).filter(
    ({ timestamp }) => timestamp >= parsed.startTime && timestamp < parsed.endTime,
  )
  const { start, end } = range(parsed, events.length)
  return {
    events: events
      .slice(start, end)
      .map(({ timestamp, message, ingestedAt }) => ({ timestamp, message, ingestionTime: ingestedAt })),
    nextForwardToken: `f/${end}`,
    nextBackwardToken: `b/${start}`,
  }
}

/** Tokens name a direction and a position; at either end the same token comes back, which is how a reader sees it. */
function range({ nextToken, startFromHead, limit }: z.infer<typeof schema>, length: number) {
  const [, direction, position] = /^([fb])\/(\d{1,9})$/.exec(nextToken ?? (startFromHead ? 'f/0' : `b/${length}`)) ?? []
  if (direction === undefined) {
    throw new ServiceError('InvalidParameterException', 'The specified nextToken is invalid.')
  }
  const at = Math.min(Number(position), length)
  return direction === 'f'
    ? { start: at, end: Math.min(at + limit, length) }
    : { start: Math.max(at - limit, 0), end: at }
}
