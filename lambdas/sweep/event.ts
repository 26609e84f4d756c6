/** A secret that Secrets Manager said something about. */
export interface SecretEvent {
  /** ARN or full name. */
  readonly secretId: string
  /** AWSCURRENT or another label was moved, an attempt to rotate failed, or Secrets Manager has given the rotation up. */
  readonly what: 'current' | 'label' | 'failed' | 'abandoned'
}

/**
 * Reads what EventBridge hands over; undefined for anything else, such as the schedule's own start of a sweep.
 * https://docs.aws.amazon.com/secretsmanager/latest/userguide/event-detail-secret-label-updated-secretsmanager.html
 */
export function readEvent(input: unknown): SecretEvent | undefined {
  const event = objectOf(input)
  if (event.source !== 'aws.secretsmanager') return undefined
  const detail = objectOf(event.detail)
  const { SecretId } = objectOf(detail.additionalEventData)
  const [arn] = Array.isArray(event.resources) ? event.resources : []
  const secretId = [SecretId, arn, detail.name].find((id) => typeof id === 'string')
  if (secretId === undefined) return undefined
  const what = ROTATION_EVENTS[String(detail.eventName)] ?? (detail.labelUpdated === 'AWSCURRENT' ? 'current' : 'label')
  return { secretId, what }
}

const ROTATION_EVENTS: Readonly<Record<string, SecretEvent['what']>> = {
  RotationFailed: 'failed',
  RotationAbandoned: 'abandoned',
}

const objectOf = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
