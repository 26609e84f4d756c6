import { SecretsManagerServiceException } from '@aws-sdk/client-secrets-manager'
import { describe, expect, it } from 'vitest'
import { KeyturnError } from '../../../../core/errors.ts'
import { SecretString } from '../../../../core/secret-string.ts'
import { discardIfRefused } from '../../../../lambdas/engine/discard-if-refused.ts'
import { memoryRotation, TOKEN } from './memory-rotation.ts'

const service = (name: string, $fault: 'client' | 'server' = 'client', attempts = 1) =>
  new SecretsManagerServiceException({ name, $fault, $metadata: { attempts } })

async function callsAfter(error: Error, discard?: () => Promise<void>) {
  const { rotation, calls } = memoryRotation(discard && { strategy: { discard } })
  const put = Promise.reject(error)
  const made = new SecretString('the new value')
  await expect(discardIfRefused(rotation, rotation.context(TOKEN), made, put)).rejects.toBe(error)
  return calls
}

describe('B10 a new value that the store', () => {
  it.each([
    service('AccessDeniedException'),
    service('EncryptionFailure'),
    service('InvalidRequestException'),
    new KeyturnError('secret-deleted', 'gone', service('InvalidRequestException')),
  ])('refuses is removed at the target: %s', async (error) => {
    expect(await callsAfter(error)).toEqual(['discard the new value'])
  })

  it.each([
    service('ThrottlingException'),
    // The answer to the first try was lost, and what it stored must go on working.
    service('AccessDeniedException', 'client', 2),
    new KeyturnError('secret-deleted', 'gone', service('InvalidRequestException', 'client', 2)),
    service('RequestLimitExceeded'),
    service('InternalServiceError', 'server'),
    Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' }),
    new DOMException('out of time', 'AbortError'),
    new KeyturnError('target-unavailable', 'later'),
  ])('may have taken, or may yet take, is left alone: %s', async (error) => {
    expect(await callsAfter(error)).toEqual([])
  })

  it('refuses: why is told even when removing it fails too', async () => {
    expect(await callsAfter(service('AccessDeniedException'), () => Promise.reject(new Error('target down')))).toEqual(
      [],
    )
  })

  it('takes is handed on', async () => {
    const { rotation, calls } = memoryRotation()
    const made = new SecretString('the new value')
    const stored = await discardIfRefused(rotation, rotation.context(TOKEN), made, Promise.resolve(false))
    expect(stored).toBe(false)
    expect(calls).toEqual([])
  })
})
