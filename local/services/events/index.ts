import { json } from '../../protocol/json.ts'
import type { Service } from '../service.ts'
import { deleteRule } from './delete-rule.ts'
import { describeRule } from './describe-rule.ts'
import { disableRule } from './disable-rule.ts'
import { enableRule } from './enable-rule.ts'
import { listRules } from './list-rules.ts'
import { listTagsForResource } from './list-tags-for-resource.ts'
import { listTargetsByRule } from './list-targets-by-rule.ts'
import { putEvents } from './put-events.ts'
import { putRule } from './put-rule.ts'
import { putTargets } from './put-targets.ts'
import { removeTargets } from './remove-targets.ts'
import { resumeRules, stopRules } from './scheduled-rules.ts'
import { tagResource } from './tag-resource.ts'
import { testEventPattern } from './test-event-pattern.ts'
import { untagResource } from './untag-resource.ts'

/** EventBridge: the default bus, its rules and their targets. */
export const events: Service = {
  name: 'events',
  protocols: [json],
  operations: {
    DeleteRule: deleteRule,
    DescribeRule: describeRule,
    DisableRule: disableRule,
    EnableRule: enableRule,
    ListRules: listRules,
    ListTagsForResource: listTagsForResource,
    ListTargetsByRule: listTargetsByRule,
    PutEvents: putEvents,
    PutRule: putRule,
    PutTargets: putTargets,
    RemoveTargets: removeTargets,
    TagResource: tagResource,
    TestEventPattern: testEventPattern,
    UntagResource: untagResource,
  },
  start: resumeRules,
  stop: stopRules,
}
