import type { Cloud } from '../../cloud.ts'
import { authorizeBackground, sourceOf } from '../iam/authorize-background.ts'
import { servicePrincipal } from '../iam/types.ts'
import { findTopic } from '../sns/find-topic.ts'
import { publishMessage } from '../sns/publish-message.ts'
import { policyOf } from '../sns/topic-policy.ts'
import type { EventRecord, RuleRecord, TargetRecord } from './state.ts'
import { targetInput } from './target-input.ts'

/** Sends an event to a rule's targets in the background. A target that refuses stops no other. */
export function deliver(cloud: Cloud, rule: RuleRecord, event: EventRecord): void {
  for (const target of rule.targets) cloud.clock.hold(deliverTo(cloud, rule, target, event))
}

async function deliverTo(cloud: Cloud, rule: RuleRecord, target: TargetRecord, event: EventRecord): Promise<void> {
  try {
    const input = targetInput(target, event, rule)
    if (target.arn.startsWith('arn:aws:sns:')) toTopic(cloud, rule, target, input)
    else await toFunction(cloud, rule, target, input)
  } catch (error) {
    cloud.log.warn({ error, rule: rule.name, target: target.arn }, 'an event did not reach its target')
  }
}

async function toFunction(cloud: Cloud, rule: RuleRecord, target: TargetRecord, input: unknown): Promise<void> {
  const invoker = servicePrincipal('events.amazonaws.com', cloud.accountId)
  await cloud.lambda.invoke(target.arn, input, { type: 'Event', invoker, sourceArn: rule.arn })
}

function toTopic(cloud: Cloud, rule: RuleRecord, target: TargetRecord, input: unknown): void {
  const topic = findTopic(cloud, target.arn)
  const principal = servicePrincipal('events.amazonaws.com', cloud.accountId)
  authorizeBackground(cloud, {
    principal,
    action: 'sns:Publish',
    resource: topic.arn,
    context: sourceOf(cloud, rule.arn),
    resourcePolicy: policyOf(cloud, topic),
  })
  const message = typeof input === 'string' ? input : JSON.stringify(input)
  publishMessage(cloud, topic, { publisher: principal.arn, message })
}
