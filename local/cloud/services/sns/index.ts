import { query } from '../../protocol/query.ts'
import type { Service } from '../service.ts'
import { createTopic } from './operations/create-topic.ts'
import { deleteTopic } from './operations/delete-topic.ts'
import { getSubscriptionAttributes } from './operations/get-subscription-attributes.ts'
import { getTopicAttributes } from './operations/get-topic-attributes.ts'
import { listSubscriptions } from './operations/list-subscriptions.ts'
import { listSubscriptionsByTopic } from './operations/list-subscriptions-by-topic.ts'
import { listTagsForResource } from './operations/list-tags-for-resource.ts'
import { listTopics } from './operations/list-topics.ts'
import { publish } from './operations/publish.ts'
import { setSubscriptionAttributes } from './operations/set-subscription-attributes.ts'
import { setTopicAttributes } from './operations/set-topic-attributes.ts'
import { subscribe } from './operations/subscribe.ts'
import { tagResource } from './operations/tag-resource.ts'
import { unsubscribe } from './operations/unsubscribe.ts'
import { untagResource } from './operations/untag-resource.ts'
import { resourcePolicies } from './topic-policy.ts'

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
