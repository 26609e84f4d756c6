import type { Cloud } from '../../cloud.ts'
import { parsePolicy } from '../iam/evaluator/policy-document.ts'
import type { PolicyDocument, ResourcePolicy } from '../iam/types.ts'
import type { TopicRecord } from './state.ts'

/**
 * The policy that a topic has until another is put: it lets services of the account's own resources in, and leaves
 * its roles and users to their identity policies.
 */
export const defaultPolicy = (cloud: Cloud, arn: string): string =>
  JSON.stringify({
    Version: '2008-10-17',
    Id: '__default_policy_ID',
    Statement: [
      {
        Sid: '__default_statement_ID',
        Effect: 'Allow',
        Principal: { AWS: '*' },
        Action: ['Publish', 'Subscribe', 'GetTopicAttributes', 'SetTopicAttributes', 'DeleteTopic'].map(
          (action) => `sns:${action}`,
        ),
        Resource: arn,
        Condition: { StringEquals: { 'AWS:SourceOwner': cloud.accountId } },
      },
    ],
  })

export const policyText = (cloud: Cloud, topic: TopicRecord): string =>
  topic.attributes.Policy ?? defaultPolicy(cloud, topic.arn)

export const policyOf = (cloud: Cloud, topic: TopicRecord): PolicyDocument => parsePolicy(policyText(cloud, topic))

/** The topic policies that were put, for the report of unused grants; nobody chose the default ones. */
export const resourcePolicies = (cloud: Cloud): ResourcePolicy[] =>
  Object.values(cloud.state.sns.topics).flatMap(({ arn, attributes: { Policy } }) =>
    Policy === undefined ? [] : [{ resource: arn, document: parsePolicy(Policy) }],
  )
