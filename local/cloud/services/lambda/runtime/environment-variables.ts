import type { Cloud } from '../../../cloud.ts'
import type { Credentials } from '../../iam/types.ts'
import type { FunctionRecord, FunctionVersion } from '../state.ts'

/**
 * The environment that AWS gives a function (docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html), with
 * `AWS_ENDPOINT_URL`, which leads the SDKs to the local cloud, in addition.
 */
export function environmentVariables(
  cloud: Cloud,
  { name }: FunctionRecord,
  { version, settings }: FunctionVersion,
  sandbox: { credentials: Credentials; logStream: string; taskRoot: string },
): Record<string, string> {
  const { credentials, logStream, taskRoot } = sandbox
  return {
    ...(cloud.url !== '' && { AWS_ENDPOINT_URL: cloud.url }),
    ...cloud.options.lambda?.environment,
    ...settings.environment,
    _HANDLER: settings.handler,
    AWS_REGION: cloud.region,
    AWS_DEFAULT_REGION: cloud.region,
    AWS_EXECUTION_ENV: `AWS_Lambda_${settings.runtime}`,
    AWS_LAMBDA_FUNCTION_NAME: name,
    AWS_LAMBDA_FUNCTION_VERSION: version,
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(settings.memoryMb),
    AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
    AWS_LAMBDA_LOG_GROUP_NAME: settings.logGroup,
    AWS_LAMBDA_LOG_STREAM_NAME: logStream,
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    AWS_SESSION_TOKEN: credentials.sessionToken,
    LAMBDA_TASK_ROOT: taskRoot,
    LAMBDA_RUNTIME_DIR: taskRoot,
    TZ: 'UTC',
  }
}
