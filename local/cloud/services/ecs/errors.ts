import { ServiceError } from '../../protocol/service-error.ts'

export const invalid = (message: string): ServiceError => new ServiceError('InvalidParameterException', message)
export const clientError = (message: string): ServiceError => new ServiceError('ClientException', message)
export const clusterNotFound = (): ServiceError => new ServiceError('ClusterNotFoundException', 'Cluster not found.')
export const serviceNotFound = (): ServiceError => new ServiceError('ServiceNotFoundException', 'Service not found.')
export const notImplemented = (what: string): ServiceError =>
  new ServiceError('NotImplemented', `${what} is not implemented by the local cloud`, 501)
