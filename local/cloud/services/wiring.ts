import type { Cloud } from '../cloud.ts'
import type { EventsPort } from './events/types.ts'
import type { Iam } from './iam/types.ts'
import type { LambdaPort } from './lambda/types.ts'

/** How the parts that services ask each other for are made. Each factory gets the cloud before its ports are set. */
export interface Wiring {
  iam(cloud: Cloud): Iam
  lambda(cloud: Cloud): LambdaPort
  events(cloud: Cloud): EventsPort
}
