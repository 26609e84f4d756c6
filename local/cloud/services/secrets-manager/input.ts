import { z } from 'zod'
import { ServiceError } from '../../protocol/service-error.ts'

/** Members that many operations take. */
export const secretId = z.string().min(1).max(2_048)

export const versionId = z.string().min(32).max(64)

export const stage = z.string().min(1).max(256)

export const MAX_VALUE_BYTES = 65_536

const bytes = (text: string): number => Buffer.byteLength(text)

export const valueMembers = {
  SecretString: z
    .string()
    .min(1)
    .refine((text) => bytes(text) <= MAX_VALUE_BYTES, `must have length less than or equal to ${MAX_VALUE_BYTES}`)
    .optional(),
  SecretBinary: z
    .string()
    .transform((text) => Buffer.from(text, 'base64'))
    .refine(
      ({ length }) => length >= 1 && length <= MAX_VALUE_BYTES,
      `must have length less than or equal to ${MAX_VALUE_BYTES}`,
    )
    .optional(),
}

/** SDKs make the token up; whoever speaks HTTP must. @throws ServiceError InvalidRequestException */
export function requireToken(token: string | undefined): string {
  if (token !== undefined) return token
  throw invalidRequest('You must provide a ClientRequestToken value. We recommend a UUID-type value.')
}

/** @throws ServiceError ValidationException for a name, or a SecretId that is no ARN, with other characters than AWS's */
export function assertName(name: string, allowed = /^(arn:.*|[A-Za-z0-9/_+=.@!-]+)$/s): void {
  if (allowed.test(name)) return
  throw new ServiceError(
    'ValidationException',
    'Invalid name. Must be a valid name containing alphanumeric characters, or any of the following: -/_+=.@!',
  )
}

/** A secret's value as a caller gives it. */
export interface PlainValue {
  readonly kind: 'string' | 'binary'
  readonly bytes: Buffer
}

/** @throws ServiceError InvalidParameterException when both forms are given */
export function readValue(input: {
  SecretString?: string | undefined
  SecretBinary?: Buffer | undefined
}): PlainValue | undefined {
  const { SecretString, SecretBinary } = input
  if (SecretString !== undefined && SecretBinary !== undefined) {
    throw invalidParameter("You can't specify both a binary secret value and a string secret value in the same secret.")
  }
  if (SecretString !== undefined) return { kind: 'string', bytes: Buffer.from(SecretString) }
  if (SecretBinary !== undefined) return { kind: 'binary', bytes: SecretBinary }
  return undefined
}

export const invalidParameter = (message: string): ServiceError =>
  new ServiceError('InvalidParameterException', message)

export const invalidRequest = (message: string): ServiceError => new ServiceError('InvalidRequestException', message)
