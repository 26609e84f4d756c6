import {
  CancelRotateSecretCommand,
  DescribeSecretCommand,
  GetSecretValueCommand,
  InvalidParameterException,
  InvalidRequestException,
  PutSecretValueCommand,
  ResourceExistsException,
  ResourceNotFoundException,
  RotateSecretCommand,
  type RotationRulesType,
  type SecretsManagerClient,
  TagResourceCommand,
  UpdateSecretVersionStageCommand,
} from '@aws-sdk/client-secrets-manager'
import { KeyturnError } from '../../core/errors.ts'
import { SecretString } from '../../core/secret-string.ts'
import type { VersionLabels } from '../../core/versions.ts'

export interface SecretDescription {
  arn: string
  name: string
  rotationEnabled: boolean
  rotationFunction: string | undefined
  /** `rate(7 days)`, also of a secret whose rotation is off; undefined when it never had one. */
  schedule: string | undefined
  deleted: boolean
  versions: VersionLabels
  tags: Readonly<Record<string, string>>
}

/** The Secrets Manager calls that the engine makes, one method a call, so that what a step costs can be read off it. */
export interface SecretStore {
  describe(): Promise<SecretDescription>
  /** Undefined when the version is absent, does not carry the label, or has no value yet. */
  read(version: { versionId?: string; label?: string }): Promise<SecretString | undefined>
  /** Gives a version its value; `false` when it has another value already (values are immutable). */
  putPending(versionId: string, value: SecretString, rotationToken: string | undefined): Promise<boolean>
  /** Makes the first version of a secret current; `false` when the version has another value already. */
  putFirst(versionId: string, value: SecretString): Promise<boolean>
  addLabel(label: string, to: string): Promise<void>
  moveLabel(label: string, from: string | undefined, to: string): Promise<void>
  /** Does nothing when the version does not carry the label. */
  dropLabel(label: string, from: string): Promise<void>
  tag(tags: Readonly<Record<string, string>>): Promise<void>
  /** Names the function that rotates the secret and has it tried out, without a schedule and without rotating. */
  turnRotationOn(functionArn: string): Promise<void>
  turnRotationOff(): Promise<void>
}

export function openStore(client: SecretsManagerClient, secretId: string, signal: AbortSignal): SecretStore {
  const options = { abortSignal: signal }
  const put = async (
    versionId: string,
    value: SecretString,
    stage: string,
    rotationToken?: string,
  ): Promise<boolean> => {
    try {
      await client.send(
        new PutSecretValueCommand({
          SecretId: secretId,
          ClientRequestToken: versionId,
          SecretString: value.reveal(),
          VersionStages: [stage],
          ...(rotationToken !== undefined && { RotationToken: rotationToken }),
        }),
        options,
      )
      return true
    } catch (error) {
      if (error instanceof ResourceExistsException) return false
      throw gone(error, secretId)
    }
  }
  const stage = async (label: string, from: string | undefined, to: string | undefined): Promise<void> => {
    const command = new UpdateSecretVersionStageCommand({
      SecretId: secretId,
      VersionStage: label,
      ...(from !== undefined && { RemoveFromVersionId: from }),
      ...(to !== undefined && { MoveToVersionId: to }),
    })
    await client.send(command, options).catch((error: unknown) => {
      throw deleted(error, secretId)
    })
  }
  const orGone = (error: unknown): never => {
    throw gone(error, secretId)
  }

  const describe = async (): Promise<SecretDescription> => {
    const found = await client.send(new DescribeSecretCommand({ SecretId: secretId }), options).catch(orGone)
    return {
      arn: found.ARN ?? secretId,
      name: found.Name ?? secretId,
      rotationEnabled: found.RotationEnabled === true,
      rotationFunction: found.RotationLambdaARN,
      schedule: scheduleOf(found.RotationRules),
      deleted: found.DeletedDate !== undefined,
      versions: found.VersionIdsToStages ?? {},
      tags: Object.fromEntries((found.Tags ?? []).map(({ Key, Value }) => [Key ?? '', Value ?? ''])),
    }
  }

  return {
    describe,
    read: async ({ versionId, label }) =>
      readValue(client, { SecretId: secretId, VersionId: versionId, VersionStage: label }, signal),
    putPending: (versionId, value, rotationToken) => put(versionId, value, 'AWSPENDING', rotationToken),
    putFirst: (versionId, value) => put(versionId, value, 'AWSCURRENT'),
    addLabel: (label, to) => stage(label, undefined, to),
    moveLabel: stage,
    dropLabel: async (label, from) => {
      try {
        await stage(label, from, undefined)
      } catch (error) {
        // What ran beside this, or an attempt whose answer was lost, may have taken it off: that is what was wanted.
        if (!notThere.some((kind) => error instanceof kind)) throw error
        const { versions } = await describe()
        if (versions[from]?.includes(label)) throw error
      }
    },
    turnRotationOn: async (functionArn) => {
      const input = { SecretId: secretId, RotationLambdaARN: functionArn, RotateImmediately: false }
      await client.send(new RotateSecretCommand(input), options).catch(orGone)
    },
    turnRotationOff: async () => {
      await client.send(new CancelRotateSecretCommand({ SecretId: secretId }), options).catch(orGone)
    },
    tag: async (tags) => {
      const Tags = Object.entries(tags).map(([Key, Value]) => ({ Key, Value }))
      await client.send(new TagResourceCommand({ SecretId: secretId, Tags }), options).catch(orGone)
    },
  }
}

const scheduleOf = (rules: RotationRulesType = {}): string | undefined =>
  rules.ScheduleExpression ??
  (rules.AutomaticallyAfterDays === undefined ? undefined : `rate(${rules.AutomaticallyAfterDays} days)`)

/** How Secrets Manager says that a version does not carry the label that is to be taken off it. */
const notThere = [InvalidParameterException, InvalidRequestException, ResourceNotFoundException]

interface ValueQuery {
  SecretId: string
  VersionId?: string | undefined
  VersionStage?: string | undefined
}

/**
 * Undefined when there is no such value.
 * @throws KeyturnError `secret-value-binary` (terminal), `secret-deleted` (needs-human)
 */
export async function readValue(
  client: SecretsManagerClient,
  { SecretId, VersionId, VersionStage }: ValueQuery,
  signal: AbortSignal,
): Promise<SecretString | undefined> {
  try {
    const input = {
      SecretId,
      ...(VersionId !== undefined && { VersionId }),
      ...(VersionStage !== undefined && { VersionStage }),
    }
    const { SecretString: text, SecretBinary: binary } = await client.send(new GetSecretValueCommand(input), {
      abortSignal: signal,
    })
    if (text !== undefined) return new SecretString(text)
    if (binary !== undefined) {
      throw new KeyturnError(
        'secret-value-binary',
        `Secret ${SecretId} holds a binary value. Keyturn rotates text; store it as SecretString.`,
      )
    }
    return undefined
  } catch (error) {
    if (error instanceof ResourceNotFoundException) return undefined
    throw deleted(error, SecretId)
  }
}

export const secretDeleted = (secretId: string, cause?: unknown): Error =>
  new KeyturnError(
    'secret-deleted',
    `${secretId} is scheduled for deletion. Restore it (aws secretsmanager restore-secret) and rotate again.`,
    cause,
  )

/** A secret that was deleted under a rotation, by a name of our own; every other error stays what it is. */
function deleted(error: unknown, secretId: string): unknown {
  const marked = error instanceof InvalidRequestException && /marked for deletion/i.test(error.message)
  return marked ? secretDeleted(secretId, error) : error
}

/** The same for one that was deleted without a recovery window. */
function gone(error: unknown, secretId: string): unknown {
  if (!(error instanceof ResourceNotFoundException)) return deleted(error, secretId)
  return new KeyturnError(
    'secret-not-found',
    `There is no secret ${secretId} any more. Run pulumi up to make it anew, or take it out of keyturn:secrets.`,
    error,
  )
}
