import { query } from '../../protocol/query.ts'
import type { Service } from '../service.ts'
import { createTopic } from './create-topic.ts'
import { deleteTopic } from './delete-topic.ts'
import { getSubscriptionAttributes } from './get-subscription-attributes.ts'
import { getTopicAttributes } from './get-topic-attributes.ts'
import { listSubscriptions } from './list-subscriptions.ts'
import { listSubscriptionsByTopic } from './list-subscriptions-by-topic.ts'
import { listTagsForResource } from './list-tags-for-resource.ts'
import { listTopics } from './list-topics.ts'
import { publish } from './publish.ts'
import { setSubscriptionAttributes } from './set-subscription-attributes.ts'
import { setTopicAttributes } from './set-topic-attributes.ts'
import { subscribe } from './subscribe.ts'
import { tagResource } from './tag-resource.ts'
import { resourcePolicies } from './topic-policy.ts'
import { unsubscribe } from './unsubscribe.ts'
import { untagResource } from './untag-resource.ts'

/** Simple Notification Service. */
export const sns: Service = {
  name: 'sns',
  protocols: [
    query({ xmlNamespace: 'http://sns.amazonaws.com/doc/2010-03-31/', accessDeniedCode: 'AuthorizationError' }),
  ],
  operations: {
    CreateTopic: createTopic,
    DeleteTopic: deleteTopic,
    GetSubscriptionAttributes: getSubscriptionAttributes,
    GetTopicAttributes: getTopicAttributes,
    ListSubscriptions: listSubscriptions,
    ListSubscriptionsByTopic: listSubscriptionsByTopic,
    ListTagsForResource: listTagsForResource,
    ListTopics: listTopics,
    Publish: publish,
    SetSubscriptionAttributes: setSubscriptionAttributes,
    SetTopicAttributes: setTopicAttributes,
    Subscribe: subscribe,
    TagResource: tagResource,
    Unsubscribe: unsubscribe,
    UntagResource: untagResource,
  },
  start(cloud) {
    cloud.iam.watchResourcePolicies(() => resourcePolicies(cloud))
  },
}
