import { Invocation } from '@pulumi/aws/lambda/invocation.js'
import { type Input, jsonStringify, type Resource } from '@pulumi/pulumi'

export interface FunctionStepArgs {
  readonly functionName: Input<string>
  /** What the function is to do: `{ Step, SecretId, … }`. */
  readonly step: Readonly<Record<string, unknown>>
  readonly after: readonly Resource[]
}

/**
 * Has a rotation function do something when the stack comes up, and hear of it again when that changes or goes: Pulumi
 * adds `tf: {action: create | update | delete}` to the input.
 * https://www.pulumi.com/registry/packages/aws/api-docs/lambda/invocation/
 */
export const functionStep = (name: string, parent: Resource, { functionName, step, after }: FunctionStepArgs) =>
  new Invocation(
    name,
    { functionName, lifecycleScope: 'CRUD', input: jsonStringify(step) },
    { parent, dependsOn: [...after] },
  )
