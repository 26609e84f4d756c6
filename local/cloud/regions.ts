import { type Cloud, type CloudState, createCloud, emptyState } from './cloud.ts'
import { ServiceError } from './protocol/service-error.ts'
import type { Service } from './services/service.ts'
import type { Wiring } from './services/wiring.ts'

/** What a Region beside the home one remembers: IAM is the account's, and stands with the home Region. */
export type RegionState = Omit<CloudState, 'iam'>

/** The account's Regions. Each has secrets, keys, functions and so on of its own, as in AWS. */
export interface Regions {
  /** The Region in which the stack runs. */
  readonly home: Cloud
  /**
   * The Region that a request is scoped to, begun when it is first asked for.
   * @throws ServiceError InvalidSignatureException for what is no Region's name
   */
  in(region: string): Promise<Cloud>
  /** Those in use, the home Region first. */
  all(): readonly Cloud[]
  /** What the Regions beside the home one remember, by name, to be saved. */
  states(): Readonly<Record<string, RegionState>>
}

export interface RegionsOptions {
  readonly services: readonly Service[]
  readonly wiring: Wiring
  /** What an earlier run left in the other Regions. */
  readonly saved?: Readonly<Record<string, RegionState>> | undefined
}

export function createRegions(home: Cloud, { services, wiring, saved = {} }: RegionsOptions): Regions {
  const clouds = new Map<string, Cloud>([[home.region, home]])
  const started = new Map<string, Promise<Cloud>>([[home.region, Promise.resolve(home)]])

  async function start(region: string): Promise<Cloud> {
    const state = { ...emptyState(), ...(Object.hasOwn(saved, region) && saved[region]), iam: home.state.iam }
    const cloud = createCloud({ ...home.options, region }, wiring, state, home)
    clouds.set(region, cloud)
    for (const service of services) if (!service.global) await service.start?.(cloud)
    home.log.warn({ region, home: home.region }, 'another Region than that of the stack is in use')
    return cloud
  }

  return {
    home,
    in(region) {
      if (!REGION.test(region)) throw notARegion()
      const cloud = started.get(region) ?? start(region)
      started.set(region, cloud)
      return cloud
    },
    all: () => [...clouds.values()],
    states: () =>
      Object.fromEntries(
        [...clouds.values()]
          .filter((cloud) => cloud !== home)
          .map(({ region, state: { iam: _, ...own } }) => [region, own]),
      ),
  }
}

const REGION = /^[a-z]{2,4}(-[a-z]{2,12}){1,2}-\d{1,2}$/

const notARegion = (): ServiceError =>
  new ServiceError('InvalidSignatureException', 'Credential should be scoped to a valid region.', 403)
