import { query } from '../../protocol/query.ts'
import type { Service } from '../service.ts'
import { createTopic } from './operations/create-topic.ts'
import { deleteTopic } from './operations/delete-topic.ts'
import { publish } from './operations/publish.ts'
import { setTopicAttributes } from './operations/set-topic-attributes.ts'
import { subscribe } from './operations/subscribe.ts'
import { unsubscribe } from './operations/unsubscribe.ts'
import { resourcePolicies } from './topic-policy.ts'

/** Simple Notification Service. */
export const sns: Service = {
  name: 'sns',
  protocol: query({ xmlNamespace: 'http://sns.amazonaws.com/doc/2010-03-31/', accessDeniedCode: 'AuthorizationError' }),
  operations: {
    CreateTopic: createTopic,
    DeleteTopic: deleteTopic,
    Publish: publish,
    SetTopicAttributes: setTopicAttributes,
    Subscribe: subscribe,
    Unsubscribe: unsubscribe,
  },
  start(cloud) {
    cloud.iam.watchResourcePolicies(() => resourcePolicies(cloud))
  },
}
