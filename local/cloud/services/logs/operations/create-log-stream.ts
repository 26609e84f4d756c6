import { z } from 'zod'
import { ServiceError } from '../../../protocol/service-error.ts'
import { own } from '../../own.ts'
import { parseInput } from '../../parse-input.ts'
import type { Operation } from '../../service.ts'
import { streamArn } from '../arns.ts'
import { findGroup } from '../find.ts'
import { groupName, streamName } from '../names.ts'

const schema = z.object({ logGroupName: groupName, logStreamName: streamName })

export const createLogStream: Operation = (input, call) => {
  const { logGroupName, logStreamName } = parseInput(schema, input, 'InvalidParameterException')
  const { cloud } = call
  call.authorize('logs:CreateLogStream', streamArn(cloud, logGroupName, logStreamName))
  const group = findGroup(cloud, logGroupName)
  if (own(group.streams, logStreamName)) {
    throw new ServiceError('ResourceAlreadyExistsException', 'The specified log stream already exists')
  }
  group.streams[logStreamName] = { name: logStreamName, createdAt: cloud.clock.now().getTime(), events: [] }
}
