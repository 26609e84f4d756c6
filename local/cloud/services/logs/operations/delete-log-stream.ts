import { z } from 'zod'
import { parseInput } from '../../parse-input.ts'
import type { Operation } from '../../service.ts'
import { streamArn } from '../arns.ts'
import { findGroup, findStream } from '../find.ts'
import { groupName, streamName } from '../names.ts'

const schema = z.object({ logGroupName: groupName, logStreamName: streamName })

export const deleteLogStream: Operation = (input, call) => {
  const { logGroupName, logStreamName } = parseInput(schema, input, 'InvalidParameterException')
  call.authorize('logs:DeleteLogStream', streamArn(call.cloud, logGroupName, logStreamName))
  const group = findGroup(call.cloud, logGroupName)
  findStream(group, logStreamName)
  delete group.streams[logStreamName]
}
