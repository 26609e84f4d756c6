import { z } from 'zod'
import { parsePolicy } from '../../iam/evaluator/policy-document.ts'
import { parseInput } from '../../parse-input.ts'
import type { Operation } from '../../service.ts'
import { conflict } from '../errors.ts'
import { authorizedFunction, functionInput } from './authorized-function.ts'

const schema = z.object({
  ...functionInput,
  StatementId: z.string().regex(/^[A-Za-z0-9_-]{1,100}$/, 'must be 1 to 100 of A-Z a-z 0-9 - _'),
  Action: z.string().regex(/^(lambda:[*]|lambda:[a-zA-Z]+|[*])$/, 'must be an action of lambda'),
  Principal: z.string().regex(/^[^\s]+$/, 'must be a service, an account or an ARN'),
  SourceArn: z.string().optional(),
  SourceAccount: z
    .string()
    .regex(/^\d{12}$/, 'must be an account id of 12 digits')
    .optional(),
  PrincipalOrgID: z.string().optional(),
  RevisionId: z.string().optional(),
})

/** docs.aws.amazon.com/lambda/latest/api/API_AddPermission.html */
export const addPermission: Operation = (raw, call) => {
  const input = parseInput(schema, raw, 'InvalidParameterValueException')
  const { record, arn } = authorizedFunction(call, 'lambda:AddPermission', input)
  if (record.permissions.some(({ sid }) => sid === input.StatementId)) {
    throw conflict(
      `The statement id (${input.StatementId}) provided already exists. Please provide a new statement id, or remove the existing statement.`,
    )
  }
  const statement = statementOf(input, arn)
  parsePolicy(JSON.stringify({ Version: '2012-10-17', Statement: [statement] }))
  record.permissions.push({ sid: input.StatementId, statement })
  return { Statement: JSON.stringify(statement) }
}

function statementOf(input: z.infer<typeof schema>, resource: string): Record<string, unknown> {
  const equals = {
    ...(input.SourceAccount !== undefined && { 'AWS:SourceAccount': input.SourceAccount }),
    ...(input.PrincipalOrgID !== undefined && { 'aws:PrincipalOrgID': input.PrincipalOrgID }),
  }
  const condition = {
    ...(Object.keys(equals).length > 0 && { StringEquals: equals }),
    ...(input.SourceArn !== undefined && { ArnLike: { 'AWS:SourceArn': input.SourceArn } }),
  }
  return {
    Sid: input.StatementId,
    Effect: 'Allow',
    Principal: principalOf(input.Principal),
    Action: input.Action,
    Resource: resource,
    ...(Object.keys(condition).length > 0 && { Condition: condition }),
  }
}

function principalOf(principal: string): unknown {
  if (principal === '*') return '*'
  if (principal.endsWith('.amazonaws.com')) return { Service: principal }
  return { AWS: /^\d{12}$/.test(principal) ? `arn:aws:iam::${principal}:root` : principal }
}
