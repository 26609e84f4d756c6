import { z } from 'zod'
import { ServiceError } from '../../../protocol/service-error.ts'
import { parseInput } from '../../parse-input.ts'
import type { Operation } from '../../service.ts'
import { streamArn } from '../arns.ts'
import { findGroup, findStream } from '../find.ts'
import { groupName, streamName } from '../names.ts'

const schema = z.object({
  logGroupName: groupName,
  logStreamName: streamName,
  logEvents: z
    .array(z.object({ timestamp: z.number().int().min(0), message: z.string().min(1) }))
    .min(1)
    .max(10_000),
  sequenceToken: z.string().optional(),
})

/** Older events of a stream are dropped beyond this, so that a long local run does not grow without end. */
const KEPT_EVENTS = 20_000

export const putLogEvents: Operation = (input, call) => {
  const { logGroupName, logStreamName, logEvents } = parseInput(schema, input, 'InvalidParameterException')
  const { cloud } = call
  call.authorize('logs:PutLogEvents', streamArn(cloud, logGroupName, logStreamName))
  const stream = findStream(findGroup(cloud, logGroupName), logStreamName)
  if (logEvents.some(({ timestamp }, index) => timestamp < (logEvents[index - 1]?.timestamp ?? 0))) {
    throw new ServiceError(
      'InvalidParameterException',
      'Log events in a single PutLogEvents request must be in chronological order.',
    )
  }
  const ingestedAt = cloud.clock.now().getTime()
  const records = logEvents.map(({ timestamp, message }) => ({
    id: cloud.random.uuid(),
    timestamp,
    ingestedAt,
    message,
  }))
  stream.events = [...stream.events, ...records].slice(-KEPT_EVENTS)
  return { nextSequenceToken: String(stream.events.length) }
}
