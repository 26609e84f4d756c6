import { ServiceError } from '../../protocol/service-error.ts'

export const functionNotFound = (arn: string): ServiceError =>
  new ServiceError('ResourceNotFoundException', `Function not found: ${arn}`, 404)

export const otherRegion = (asked: string, region: string): ServiceError =>
  new ServiceError(
    'ResourceNotFoundException',
    `Functions from '${asked}' are not reachable in this region ('${region}')`,
    404,
  )

export const invalidParameter = (message: string): ServiceError =>
  new ServiceError('InvalidParameterValueException', message)

export const conflict = (message: string): ServiceError => new ServiceError('ResourceConflictException', message, 409)

export const throttled = (reason: string): ServiceError =>
  new ServiceError('TooManyRequestsException', 'Rate Exceeded.', 429, { Reason: reason })

export const notImplemented = (what: string): ServiceError =>
  new ServiceError('NotImplemented', `${what} is not implemented by the local cloud`, 501)
