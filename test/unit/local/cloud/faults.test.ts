import { expect, test } from 'vitest'
import { createFaults } from '../../../../local/cloud/faults.ts'

test('a fault lets `skip` matching calls pass, then catches `times` of them', () => {
  const faults = createFaults()
  faults.add({ service: 'kms', operation: 'Decrypt', skip: 2, times: 2, effect: { kind: 'throttle' } })

  const taken = Array.from({ length: 6 }, () => faults.take('kms', 'Decrypt', undefined)?.kind)

  expect(taken).toEqual([undefined, undefined, 'throttle', 'throttle', undefined, undefined])
})

test('a fault catches only its service, its operation or any, and its role', () => {
  const faults = createFaults()
  faults.add({
    service: 'secretsmanager',
    operation: '*',
    role: 'rotation',
    times: 9,
    effect: { kind: 'delay', ms: 1 },
  })

  expect(faults.take('kms', 'Decrypt', 'rotation')).toBeUndefined()
  expect(faults.take('secretsmanager', 'GetSecretValue', 'proxy')).toBeUndefined()
  expect(faults.take('secretsmanager', 'GetSecretValue', undefined)).toBeUndefined()
  expect(faults.take('secretsmanager', 'GetSecretValue', 'rotation')).toEqual({ kind: 'delay', ms: 1 })
  expect(faults.take('secretsmanager', 'PutSecretValue', 'rotation')).toEqual({ kind: 'delay', ms: 1 })
  expect(faults.list()).toMatchObject([{ taken: 2 }])
})

test('faults are removed by id, or all at once', () => {
  const faults = createFaults()
  const fault = { service: 'kms', operation: '*', effect: { kind: 'throttle' } } as const
  const id = faults.add(fault)
  faults.add(fault)

  expect(faults.remove(id)).toBe(true)
  expect(faults.remove(id)).toBe(false)
  faults.clear()
  expect(faults.take('kms', 'Decrypt', undefined)).toBeUndefined()
})
