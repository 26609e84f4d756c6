import { z } from 'zod'
import { ServiceError } from '../../../protocol/service-error.ts'
import { own } from '../../own.ts'
import { parseInput } from '../../parse-input.ts'
import type { Operation } from '../../service.ts'
import { streamArn } from '../arns.ts'
import { groupName, tags } from '../names.ts'

const schema = z.object({ logGroupName: groupName, kmsKeyId: z.string().optional(), tags: tags.default({}) })

export const createLogGroup: Operation = (input, call) => {
  const { logGroupName, kmsKeyId, tags } = parseInput(schema, input, 'InvalidParameterException')
  const { cloud } = call
  call.authorize('logs:CreateLogGroup', streamArn(cloud, logGroupName))
  const { groups } = cloud.state.logs
  if (own(groups, logGroupName)) {
    throw new ServiceError('ResourceAlreadyExistsException', 'The specified log group already exists')
  }
  groups[logGroupName] = {
    name: logGroupName,
    createdAt: cloud.clock.now().getTime(),
    ...(kmsKeyId !== undefined && { kmsKeyId }),
    tags,
    streams: {},
  }
}
