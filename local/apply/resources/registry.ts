import type { ResourceHandler } from '../resource.ts'
import { logGroup } from './cloudwatch/log-group.ts'
import { image } from './docker/image.ts'
import { cluster } from './ecs/cluster.ts'
import { service } from './ecs/service.ts'
import { taskDefinition } from './ecs/task-definition.ts'
import { eventRule } from './events/event-rule.ts'
import { eventTarget } from './events/event-target.ts'
import { role } from './iam/role.ts'
import { rolePolicy } from './iam/role-policy.ts'
import { rolePolicyAttachment } from './iam/role-policy-attachment.ts'
import { inertResources } from './inert.ts'
import { alias } from './kms/alias.ts'
import { key } from './kms/key.ts'
import { lambdaFunction } from './lambda/function.ts'
import { functionEventInvokeConfig } from './lambda/function-event-invoke-config.ts'
import { invocation } from './lambda/invocation.ts'
import { permission } from './lambda/permission.ts'
import { schedule } from './scheduler/schedule.ts'
import { secret } from './secretsmanager/secret.ts'
import { secretPolicy } from './secretsmanager/secret-policy.ts'
import { secretRotation } from './secretsmanager/secret-rotation.ts'
import { secretVersion } from './secretsmanager/secret-version.ts'
import { topic } from './sns/topic.ts'
import { topicPolicy } from './sns/topic-policy.ts'
import { topicSubscription } from './sns/topic-subscription.ts'

/** Every resource type that a program may use in local mode, by Pulumi's type token. */
export const resourceHandlers: Readonly<Record<string, ResourceHandler>> = {
  'aws:cloudwatch/eventRule:EventRule': eventRule,
  'aws:cloudwatch/eventTarget:EventTarget': eventTarget,
  'aws:cloudwatch/logGroup:LogGroup': logGroup,
  'aws:ecs/cluster:Cluster': cluster,
  'aws:ecs/service:Service': service,
  'aws:ecs/taskDefinition:TaskDefinition': taskDefinition,
  'aws:iam/role:Role': role,
  'aws:iam/rolePolicy:RolePolicy': rolePolicy,
  'aws:iam/rolePolicyAttachment:RolePolicyAttachment': rolePolicyAttachment,
  'aws:kms/alias:Alias': alias,
  'aws:kms/key:Key': key,
  'aws:lambda/function:Function': lambdaFunction,
  'aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig': functionEventInvokeConfig,
  'aws:lambda/invocation:Invocation': invocation,
  'aws:lambda/permission:Permission': permission,
  'aws:scheduler/schedule:Schedule': schedule,
  'aws:secretsmanager/secret:Secret': secret,
  'aws:secretsmanager/secretPolicy:SecretPolicy': secretPolicy,
  'aws:secretsmanager/secretRotation:SecretRotation': secretRotation,
  'aws:secretsmanager/secretVersion:SecretVersion': secretVersion,
  'aws:sns/topic:Topic': topic,
  'aws:sns/topicPolicy:TopicPolicy': topicPolicy,
  'aws:sns/topicSubscription:TopicSubscription': topicSubscription,
  'docker:index/image:Image': image,
  ...inertResources,
}
