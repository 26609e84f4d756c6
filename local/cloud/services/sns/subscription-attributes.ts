import { ServiceError } from '../../protocol/service-error.ts'

/** @throws ServiceError `InvalidParameter` for what the local cloud would not honour */
export function checkSubscriptionAttribute(name: string, value: string): void {
  if (name === 'RawMessageDelivery' && (value === 'true' || value === 'false')) return
  throw new ServiceError(
    'InvalidParameter',
    `Invalid parameter: attribute ${name} is not implemented by the local cloud. Allowed: RawMessageDelivery (true, false)`,
  )
}
