import { z } from 'zod'
import { invalidParameter } from './errors.ts'
import type { FunctionSettings } from './state.ts'

const role = z.string().regex(/^arn:aws:iam::\d{12}:role\/[\w+=,.@/-]+$/, 'must be the ARN of a role')

/** What CreateFunction and UpdateFunctionConfiguration share. */
export const settingsShape = {
  Runtime: z
    .string()
    .regex(/^nodejs\d+\.x$/, 'must be a Node.js runtime such as nodejs24.x: the local cloud runs no other'),
  Role: role,
  Handler: z.string().regex(/^[\w/-]+\.[\w$]+$/, 'must be <file>.<export>, such as index.handler'),
  Description: z.string().max(256),
  Timeout: z.int().min(1).max(900),
  MemorySize: z.int().min(128).max(10_240),
  Environment: z.object({ Variables: z.record(z.string(), z.string()).default({}) }),
  TracingConfig: z.object({ Mode: z.enum(['Active', 'PassThrough']) }),
  VpcConfig: z.object({
    SubnetIds: z.array(z.string()).default([]),
    SecurityGroupIds: z.array(z.string()).default([]),
    Ipv6AllowedForDualStack: z.boolean().optional(),
  }),
  EphemeralStorage: z.object({ Size: z.int().min(512).max(10_240) }),
  LoggingConfig: z.object({
    LogFormat: z.enum(['Text', 'JSON']).optional(),
    LogGroup: z.string().optional(),
    ApplicationLogLevel: z.string().optional(),
    SystemLogLevel: z.string().optional(),
  }),
}

export const settingsPatch = z.object(settingsShape).partial()
export type SettingsPatch = z.infer<typeof settingsPatch>

/** CreateFunction and UpdateFunctionCode may ask for a published version; here is `$LATEST` alone. */
export const unpublished = z.literal(false, 'must be left out: the local cloud publishes no versions').optional()

/** Members that would change what runs and that the local cloud cannot honour. */
export const UNSUPPORTED = [
  'DeadLetterConfig',
  'FileSystemConfigs',
  'ImageConfig',
  'Layers',
  'CapacityProviderConfig',
] as const

export const defaultSettings = (name: string): Omit<FunctionSettings, 'runtime' | 'role' | 'handler'> => ({
  description: '',
  timeoutSeconds: 3,
  memoryMb: 128,
  environment: {},
  tracing: 'PassThrough',
  architectures: ['x86_64'],
  ephemeralStorageMb: 512,
  logGroup: `/aws/lambda/${name}`,
  logFormat: 'Text',
})

/** Settings with those of a call laid over them. @throws ServiceError InvalidParameterValueException */
export function patchSettings(settings: FunctionSettings, patch: SettingsPatch): FunctionSettings {
  const vpc = patch.VpcConfig ? readVpc(patch.VpcConfig) : settings.vpc
  const { vpc: _old, ...rest } = settings
  return {
    ...rest,
    runtime: patch.Runtime ?? settings.runtime,
    role: patch.Role ?? settings.role,
    handler: patch.Handler ?? settings.handler,
    description: patch.Description ?? settings.description,
    timeoutSeconds: patch.Timeout ?? settings.timeoutSeconds,
    memoryMb: patch.MemorySize ?? settings.memoryMb,
    environment: patch.Environment ? checkEnvironment(patch.Environment.Variables) : settings.environment,
    tracing: patch.TracingConfig?.Mode ?? settings.tracing,
    ephemeralStorageMb: patch.EphemeralStorage?.Size ?? settings.ephemeralStorageMb,
    logGroup: patch.LoggingConfig?.LogGroup ?? settings.logGroup,
    logFormat: patch.LoggingConfig?.LogFormat ?? settings.logFormat,
    ...(vpc && { vpc }),
  }
}

function readVpc({ SubnetIds, SecurityGroupIds }: NonNullable<SettingsPatch['VpcConfig']>): FunctionSettings['vpc'] {
  return SubnetIds.length === 0 ? undefined : { subnetIds: SubnetIds, securityGroupIds: SecurityGroupIds }
}

const RESERVED =
  /^(_HANDLER|_X_AMZN_TRACE_ID|AWS_(DEFAULT_)?REGION|AWS_EXECUTION_ENV|AWS_LAMBDA_.*|AWS_ACCESS_KEY(_ID)?|AWS_SECRET_ACCESS_KEY|AWS_SESSION_TOKEN|LAMBDA_(TASK_ROOT|RUNTIME_DIR))$/
const MAX_ENVIRONMENT_BYTES = 4_096

function checkEnvironment(variables: Record<string, string>): Record<string, string> {
  const reserved = Object.keys(variables).filter((name) => RESERVED.test(name))
  if (reserved.length > 0) {
    throw invalidParameter(
      `Lambda was unable to configure your environment variables because the environment variables you have provided contains reserved keys that are currently not supported for modification. Reserved keys used in this request: ${reserved.join(', ')}`,
    )
  }
  const size = Buffer.byteLength(JSON.stringify(variables))
  if (size > MAX_ENVIRONMENT_BYTES) {
    throw invalidParameter(
      `Lambda was unable to configure your environment variables because the environment variables you have provided exceeded the 4KB limit: ${size} bytes.`,
    )
  }
  return variables
}
