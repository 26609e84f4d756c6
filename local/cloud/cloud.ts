import { type Logger, pino } from 'pino'
import { type Random, systemRandom } from '../../core/random.ts'
import { createMovableClock, type MovableClock } from './clock.ts'
import { createFaults, type Faults } from './faults.ts'
import { createJournal, type Journal } from './journal.ts'
import { type EcsState, emptyEcsState } from './services/ecs/state.ts'
import type { EcsOptions } from './services/ecs/types.ts'
import { type EventsState, emptyEventsState } from './services/events/state.ts'
import type { EventsPort } from './services/events/types.ts'
import { emptyIamState, type IamState } from './services/iam/state.ts'
import type { Iam } from './services/iam/types.ts'
import { emptyKmsState, type KmsState } from './services/kms/state.ts'
import { emptyLambdaState, type LambdaState } from './services/lambda/state.ts'
import type { LambdaOptions, LambdaPort } from './services/lambda/types.ts'
import { emptyLogsState, type LogsState } from './services/logs/state.ts'
import { emptySchedulerState, type SchedulerState } from './services/scheduler/state.ts'
import { createRotations, type Rotations } from './services/secrets-manager/rotation/rotations.ts'
import { emptySecretsManagerState, type SecretsManagerState } from './services/secrets-manager/state.ts'
import type { SecretsManagerOptions } from './services/secrets-manager/types.ts'
import { emptySnsState, type SnsState } from './services/sns/state.ts'
import type { Wiring } from './services/wiring.ts'

/** The account in one Region: every service keeps its state in it, and asks the others through it. */
export interface Cloud {
  readonly region: string
  /** The Region in which the stack runs; itself there. Clock, faults, journal and IAM are its for every Region. */
  readonly home: Cloud
  readonly accountId: string
  readonly clock: MovableClock
  readonly random: Random
  readonly faults: Faults
  readonly journal: Journal
  readonly iam: Iam
  readonly lambda: LambdaPort
  readonly events: EventsPort
  /** Rotation as a service: what Secrets Manager does between calls. */
  readonly rotations: Rotations
  readonly log: Logger
  readonly options: CloudOptions
  /** Plain JSON all through, so that it can be saved. */
  readonly state: CloudState
  /** Where the server listens; set when it does. */
  url: string
  /** Says that state changed outside of a call, so that it is saved. Calls need not say so. */
  changed(): void
}

export interface CloudState {
  secretsManager: SecretsManagerState
  kms: KmsState
  iam: IamState
  lambda: LambdaState
  ecs: EcsState
  sns: SnsState
  logs: LogsState
  scheduler: SchedulerState
  events: EventsState
}

export interface CloudOptions {
  /** `eu-central-1` unless given. */
  region?: string
  clock?: MovableClock
  /** Where the cloud's own clock starts, against the real time; for a `clock` that is given it means nothing. */
  clockOffsetMs?: number
  random?: Random
  log?: Logger
  secretsManager?: SecretsManagerOptions
  lambda?: LambdaOptions
  ecs?: EcsOptions
  /** Replaces parts, for tests. */
  wiring?: Partial<Wiring>
}

export const ACCOUNT_ID = '000000000000'
export const DEFAULT_REGION = 'eu-central-1'

/** @param home the account's home Region, when this is to be another one beside it */
export function createCloud(
  options: CloudOptions,
  wiring: Wiring,
  state: CloudState = emptyState(),
  home?: Cloud,
): Cloud {
  const log = options.log ?? pino({ level: 'silent' })
  const unset = (name: string): never => {
    throw new Error(`cloud.${name} was used before the cloud was assembled`)
  }
  const parts: { iam?: Iam; lambda?: LambdaPort; events?: EventsPort; rotations?: Rotations } = {}
  const cloud: Cloud = {
    region: options.region ?? DEFAULT_REGION,
    accountId: ACCOUNT_ID,
    get home() {
      return home ?? cloud
    },
    clock: home?.clock ?? options.clock ?? ownClock(options, log),
    random: options.random ?? systemRandom,
    faults: home?.faults ?? createFaults(),
    journal: home?.journal ?? createJournal(),
    get iam() {
      return parts.iam ?? unset('iam')
    },
    get lambda() {
      return parts.lambda ?? unset('lambda')
    },
    get events() {
      return parts.events ?? unset('events')
    },
    get rotations() {
      return parts.rotations ?? unset('rotations')
    },
    log,
    options,
    state,
    url: home?.url ?? '',
    changed: () => home?.changed(),
  }
  const chosen = { ...wiring, ...options.wiring }
  parts.iam = home ? iamIn(home.iam, cloud.region) : chosen.iam(cloud)
  parts.events = chosen.events(cloud)
  parts.lambda = chosen.lambda(cloud)
  parts.rotations = createRotations(cloud)
  return cloud
}

/** The account's one IAM, asked from a Region. */
const iamIn = (iam: Iam, region: string): Iam => ({
  ...iam,
  authorize: (principal, action, resource, context, resourcePolicy) =>
    iam.authorize(principal, action, resource, { 'aws:RequestedRegion': region, ...context }, resourcePolicy),
})

function ownClock({ clockOffsetMs = 0 }: CloudOptions, log: Logger): MovableClock {
  const onError = (error: unknown): void => log.error({ error }, 'a timer failed')
  return createMovableClock({ offsetMs: clockOffsetMs, onError })
}

export const emptyState = (): CloudState => ({
  secretsManager: emptySecretsManagerState(),
  kms: emptyKmsState(),
  iam: emptyIamState(),
  lambda: emptyLambdaState(),
  ecs: emptyEcsState(),
  sns: emptySnsState(),
  logs: emptyLogsState(),
  scheduler: emptySchedulerState(),
  events: emptyEventsState(),
})
