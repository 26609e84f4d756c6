import { Topic, type TopicArgs } from '@pulumi/aws/sns/topic.js'
import { TopicPolicy } from '@pulumi/aws/sns/topicPolicy.js'
import { ComponentResource, type ComponentResourceOptions, type Output } from '@pulumi/pulumi'
import type { Naming } from '../naming.ts'
import { topicPolicy } from '../policies/topic-policy.ts'

export interface NotificationsArgs {
  readonly naming: Naming
  /** Role ARNs that report here. */
  readonly publishers: readonly string[]
}

/** Where people subscribe to hear of rotations that failed. */
export class Notifications extends ComponentResource {
  readonly topicArn: Output<string>

  constructor(name: string, args: NotificationsArgs, options?: ComponentResourceOptions) {
    super('keyturn:index:Notifications', name, {}, options)
    const parent = this

    const topic = createTopic()
    createPolicy()

    this.topicArn = topic.arn
    this.registerOutputs({ topicArn: topic.arn })

    function createTopic(): Topic {
      const topic: TopicArgs = { name: args.naming.physical(name) }
      return new Topic(`${name}-topic`, topic, { parent })
    }

    function createPolicy(): TopicPolicy {
      const policy = topic.arn.apply((arn) => JSON.stringify(topicPolicy(arn, args.publishers)))
      return new TopicPolicy(`${name}-policy`, { arn: topic.arn, policy }, { parent })
    }
  }
}
