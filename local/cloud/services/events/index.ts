import { json } from '../../protocol/json.ts'
import type { Service } from '../service.ts'
import { deleteRule } from './operations/delete-rule.ts'
import { describeRule } from './operations/describe-rule.ts'
import { disableRule } from './operations/disable-rule.ts'
import { enableRule } from './operations/enable-rule.ts'
import { listRules } from './operations/list-rules.ts'
import { listTagsForResource } from './operations/list-tags-for-resource.ts'
import { listTargetsByRule } from './operations/list-targets-by-rule.ts'
import { putEvents } from './operations/put-events.ts'
import { putRule } from './operations/put-rule.ts'
import { putTargets } from './operations/put-targets.ts'
import { removeTargets } from './operations/remove-targets.ts'
import { tagResource } from './operations/tag-resource.ts'
import { testEventPattern } from './operations/test-event-pattern.ts'
import { untagResource } from './operations/untag-resource.ts'
import { resumeRules, stopRules } from './scheduled-rules.ts'

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
