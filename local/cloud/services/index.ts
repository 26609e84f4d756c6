import { ecs } from './ecs/index.ts'
import { createEvents } from './events/create-events.ts'
import { events } from './events/index.ts'
import { createIam } from './iam/create-iam.ts'
import { iam } from './iam/index.ts'
import { kms } from './kms/index.ts'
import { createLambda } from './lambda/create-lambda.ts'
import { lambda } from './lambda/index.ts'
import { logs } from './logs/index.ts'
import { scheduler } from './scheduler/index.ts'
import { secretsManager } from './secrets-manager/index.ts'
import type { Service } from './service.ts'
import { sns } from './sns/index.ts'
import { sts } from './sts/index.ts'
import type { Wiring } from './wiring.ts'

/** Every service of the local cloud, one line each. */
export const services: readonly Service[] = [secretsManager, kms, lambda, ecs, iam, sts, logs, sns, events, scheduler]

/** The parts that services ask each other for. */
export const wiring: Wiring = {
  iam: createIam,
  lambda: createLambda,
  events: createEvents,
}
