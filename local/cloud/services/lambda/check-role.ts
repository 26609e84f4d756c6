import type { Cloud } from '../../cloud.ts'
import { ServiceError } from '../../protocol/service-error.ts'
import { decideBackground } from '../iam/authorize-background.ts'
import { invalidParameter } from './errors.ts'
import type { FunctionSettings } from './state.ts'

const NETWORK_ACTIONS = ['ec2:CreateNetworkInterface', 'ec2:DescribeNetworkInterfaces', 'ec2:DeleteNetworkInterface']

/**
 * What Lambda checks of a role when a function gets it: that it may be assumed, and, in a VPC, that it may make
 * network interfaces. @throws ServiceError InvalidParameterValueException
 */
export function checkRole(cloud: Cloud, functionArn: string, { role, vpc }: FunctionSettings): void {
  try {
    const principal = cloud.iam.assume(role, 'lambda-check', {
      service: 'lambda.amazonaws.com',
      sourceArn: functionArn,
    })
    for (const action of vpc ? NETWORK_ACTIONS : []) {
      if (!decideBackground(cloud, { principal, action, resource: '*' }).allowed) {
        const operation = action.slice('ec2:'.length)
        throw invalidParameter(`The provided execution role does not have permissions to call ${operation} on EC2`)
      }
    }
  } catch (error) {
    if (error instanceof ServiceError && error.code !== 'InvalidParameterValueException') {
      throw invalidParameter('The role defined for the function cannot be assumed by Lambda.')
    }
    throw error
  }
}
