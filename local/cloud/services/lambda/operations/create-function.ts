import { z } from 'zod'
import { parseInput } from '../../parse-input.ts'
import type { Call, Operation } from '../../service.ts'
import { checkRole } from '../check-role.ts'
import { storeCode } from '../code.ts'
import { configurationOf } from '../configuration.ts'
import { conflict, invalidParameter, notImplemented } from '../errors.ts'
import { beginChange } from '../function-state.ts'
import { functionArn, parseIdentifier } from '../identify.ts'
import { defaultSettings, patchSettings, settingsPatch, settingsShape, UNSUPPORTED, unpublished } from '../settings.ts'
import type { FunctionRecord } from '../state.ts'

const schema = settingsPatch.extend({
  FunctionName: z.string(),
  Runtime: settingsShape.Runtime,
  Role: settingsShape.Role,
  Handler: settingsShape.Handler,
  PackageType: z.literal('Zip', 'must be Zip: the local cloud runs no container images as functions').optional(),
  Code: z.object({ ZipFile: z.base64('must be the zip itself: the local cloud has no S3') }),
  Architectures: z
    .array(z.enum(['arm64', 'x86_64']))
    .length(1)
    .optional(),
  Publish: unpublished,
  Tags: z.record(z.string(), z.string()).optional(),
})

/** docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html */
export const createFunction: Operation = (raw, call) => {
  const input = parseInput(schema, raw, 'InvalidParameterValueException')
  refuseUnsupported(raw)
  const { cloud } = call
  const { name } = parseIdentifier(input.FunctionName)
  const arn = functionArn(cloud, name)
  authorize(call, arn, input.Role)
  if (cloud.state.lambda.functions[name]) throw conflict(`Function already exist: ${name}`)

  const base = { ...defaultSettings(name), runtime: input.Runtime, role: input.Role, handler: input.Handler }
  const settings = { ...patchSettings(base, input), architectures: input.Architectures ?? base.architectures }
  checkRole(cloud, arn, settings)
  const record: FunctionRecord = {
    name,
    arn,
    tags: checkTags(input.Tags ?? {}),
    permissions: [],
    latest: {
      version: '$LATEST',
      revisionId: cloud.random.uuid(),
      lastModified: cloud.clock.now().toISOString(),
      ...storeCode(cloud, Buffer.from(input.Code.ZipFile, 'base64')),
      settings,
    },
  }
  cloud.state.lambda.functions[name] = record
  beginChange(cloud, record)
  return configurationOf(cloud, record, record.latest)
}

function authorize(call: Call, arn: string, role: string): void {
  call.authorize('lambda:CreateFunction', arn)
  call.authorize('iam:PassRole', role, { 'iam:PassedToService': 'lambda.amazonaws.com' })
}

const MOST_TAGS = 50

/** @throws ServiceError InvalidParameterValueException */
function checkTags(tags: Record<string, string>): Record<string, string> {
  for (const [key, value] of Object.entries(tags)) {
    if (key === '' || key.length > 128 || key.toLowerCase().startsWith('aws:') || value.length > 256) {
      throw invalidParameter(
        `The tag ${key.slice(0, 128)} is not valid: a key has 1 to 128 characters and does not begin with aws:, a value at most 256.`,
      )
    }
  }
  if (Object.keys(tags).length > MOST_TAGS) throw invalidParameter('Number of tags exceeds resource tag limit.')
  return tags
}

/** @throws ServiceError for settings that would silently do nothing here */
export function refuseUnsupported(raw: unknown): void {
  const given = UNSUPPORTED.filter((member) => isGiven((raw as Record<string, unknown>)[member]))
  if (given.length > 0) throw notImplemented(`${given.join(', ')} of a function`)
}

function isGiven(value: unknown): boolean {
  if (value === undefined || value === null) return false
  return Array.isArray(value)
    ? value.length > 0
    : Object.values(value).some((member) => member !== '' && member !== null)
}
