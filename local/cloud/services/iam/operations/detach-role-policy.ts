import { z } from 'zod'
import { ServiceError } from '../../../protocol/service-error.ts'
import { parseInput } from '../../parse-input.ts'
import type { Operation } from '../../service.ts'
import { findRole } from '../find-role.ts'
import { roleName } from '../names.ts'

const schema = z.object({ RoleName: roleName, PolicyArn: z.string() })

export const detachRolePolicy: Operation = (input, call) => {
  const { RoleName, PolicyArn } = parseInput(schema, input, 'ValidationError')
  const role = findRole(call.cloud, RoleName)
  call.authorize('iam:DetachRolePolicy', role.arn, { 'iam:PolicyARN': PolicyArn })
  if (!role.attached.includes(PolicyArn)) {
    throw new ServiceError('NoSuchEntity', `Policy ${PolicyArn} was not found.`, 404)
  }
  role.attached = role.attached.filter((arn) => arn !== PolicyArn)
}
