import { type IamPolicy, policy } from './permissions.ts'

/** The trust policy of a role that one AWS service takes: `lambda.amazonaws.com`. */
export const trustService = (service: string): IamPolicy =>
  policy({ Sid: 'TakenByService', Effect: 'Allow', Principal: { Service: service }, Action: ['sts:AssumeRole'] })
