import type { Cloud } from '../cloud.ts'
import { kms } from './kms/index.ts'
import { permissiveIam } from './permissive-iam.ts'
import { secretsManager } from './secrets-manager/index.ts'
import type { Service } from './service.ts'
import type { Wiring } from './wiring.ts'

/** Every service of the local cloud, one line each. */
export const services: readonly Service[] = [secretsManager, kms]

/** The parts that services ask each other for. */
export const wiring: Wiring = {
  iam: (cloud: Cloud) => permissiveIam(cloud),
  lambda: () => ({
    invoke: () => Promise.reject(new Error('Lambda is not part of this cloud')),
    checkInvoke: () => 'not-found',
    killCaller: () => {},
  }),
  events: () => ({ emit: () => {} }),
}
