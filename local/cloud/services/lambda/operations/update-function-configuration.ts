import { parseInput } from '../../parse-input.ts'
import type { Operation } from '../../service.ts'
import { checkRole } from '../check-role.ts'
import { configurationOf } from '../configuration.ts'
import { lambdaOf } from '../create-lambda.ts'
import { assertChangeable, beginChange } from '../function-state.ts'
import { patchSettings, settingsPatch } from '../settings.ts'
import { authorizedFunction, functionInput } from './authorized-function.ts'
import { refuseUnsupported } from './create-function.ts'

const schema = settingsPatch.extend(functionInput)

/** docs.aws.amazon.com/lambda/latest/api/API_UpdateFunctionConfiguration.html */
export const updateFunctionConfiguration: Operation = (raw, call) => {
  const input = parseInput(schema, raw, 'InvalidParameterValueException')
  refuseUnsupported(raw)
  const { cloud } = call
  const { record } = authorizedFunction(call, 'lambda:UpdateFunctionConfiguration', input)
  assertChangeable(record)
  if (input.Role !== undefined) {
    call.authorize('iam:PassRole', input.Role, { 'iam:PassedToService': 'lambda.amazonaws.com' })
  }
  const { latest } = record
  const settings = patchSettings(latest.settings, input)
  checkRole(cloud, record.arn, settings)
  record.latest = {
    ...latest,
    revisionId: cloud.random.uuid(),
    lastModified: cloud.clock.now().toISOString(),
    settings,
  }
  beginChange(cloud, record, latest)
  lambdaOf(cloud).retire(record.name)
  return configurationOf(cloud, record, record.latest)
}
