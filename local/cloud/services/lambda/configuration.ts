import type { Cloud } from '../../cloud.ts'
import { stateMembers } from './function-state.ts'
import { functionArn } from './identify.ts'
import type { FunctionRecord, FunctionVersion } from './state.ts'

/** AWS's FunctionConfiguration of one version. */
export function configurationOf(
  cloud: Cloud,
  record: FunctionRecord,
  version: FunctionVersion,
): Record<string, unknown> {
  const { name } = record
  const { settings } = version
  const arn = functionArn(cloud, name)
  return {
    FunctionName: name,
    FunctionArn: version.version === '$LATEST' ? arn : `${arn}:${version.version}`,
    Runtime: settings.runtime,
    Role: settings.role,
    Handler: settings.handler,
    CodeSize: version.codeSize,
    CodeSha256: version.codeSha256,
    Description: settings.description,
    Timeout: settings.timeoutSeconds,
    MemorySize: settings.memoryMb,
    LastModified: version.lastModified.replace('Z', '+0000'),
    Version: version.version,
    RevisionId: version.revisionId,
    ...(Object.keys(settings.environment).length > 0 && { Environment: { Variables: settings.environment } }),
    TracingConfig: { Mode: settings.tracing },
    VpcConfig: {
      SubnetIds: settings.vpc?.subnetIds ?? [],
      SecurityGroupIds: settings.vpc?.securityGroupIds ?? [],
      VpcId: settings.vpc ? 'vpc-local' : '',
    },
    PackageType: 'Zip',
    Architectures: settings.architectures,
    EphemeralStorage: { Size: settings.ephemeralStorageMb },
    LoggingConfig: { LogFormat: settings.logFormat, LogGroup: settings.logGroup },
    SnapStart: { ApplyOn: 'None', OptimizationStatus: 'Off' },
    ...stateMembers(record, version),
  }
}
