import { allow, type IamStatement } from './permissions.ts'

/** What AWSLambdaVPCAccessExecutionRole holds besides logs. EC2 narrows none of it to a subnet or a function. */
const NETWORK_INTERFACES = [
  'ec2:CreateNetworkInterface',
  'ec2:DescribeNetworkInterfaces',
  'ec2:DescribeSubnets',
  'ec2:DeleteNetworkInterface',
  'ec2:AssignPrivateIpAddresses',
  'ec2:UnassignPrivateIpAddresses',
]

/**
 * Lets Lambda put a function into a VPC under the function's role, and refuses the same to the function's own code.
 * https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html#configuration-vpc-permissions
 */
export const vpcStatements = (functionArn: string): IamStatement[] => [
  allow('JoinNetwork', NETWORK_INTERFACES, ['*']),
  {
    Sid: 'NotFromItsCode',
    Effect: 'Deny',
    Action: NETWORK_INTERFACES,
    Resource: ['*'],
    Condition: { ArnEquals: { 'lambda:SourceFunctionArn': functionArn } },
  },
]
