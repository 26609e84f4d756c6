import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  checkForLoadBalancer,
  checkForTasks,
  chooseForLoadBalancer,
  chooseForTasks,
  type Subnet,
} from '../../../../infra/account/subnets.ts'

const REGION = 'eu-central-1'
const VPC = 'vpc-0a'
const subnet = (id: string, zone: string, isPublic = false, more: Partial<Subnet> = {}): Subnet => ({
  id: `subnet-${id}`,
  vpcId: VPC,
  zone: `${REGION}${zone}`,
  cidr: '10.0.0.0/24',
  isPublic,
  ...more,
})
const ids = (subnets: readonly Subnet[]) => subnets.map(({ id }) => id.slice('subnet-'.length))

const any = fc.uniqueArray(
  fc.record({ id: fc.stringMatching(/^[0-9a-f]{4}$/), zone: fc.constantFrom('a', 'b', 'c'), isPublic: fc.boolean() }),
  { selector: ({ id }) => id, maxLength: 12 },
)

describe('subnets of the load balancer (part of A6)', () => {
  it('are one in each zone, two zones or more, or there is a reason', () => {
    fc.assert(
      fc.property(any, fc.boolean(), (all, internal) => {
        const subnets = all.map(({ id, zone, isPublic }) => subnet(id, zone, isPublic))
        const zones = new Set(subnets.filter(({ isPublic }) => internal || isPublic).map(({ zone }) => zone))
        if (zones.size < 2) {
          expect(() => chooseForLoadBalancer(subnets, internal, REGION)).toThrow(/two or more zones/)
          return
        }
        const chosen = chooseForLoadBalancer(subnets, internal, REGION)
        expect(chosen.map(({ zone }) => zone)).toEqual([...zones].sort())
        expect(chooseForLoadBalancer([...subnets].reverse(), internal, REGION)).toEqual(chosen)
      }),
    )
  })

  const mixed = [
    subnet('1', 'a', true),
    subnet('2', 'a'),
    subnet('3', 'a'),
    subnet('4', 'b', true),
    subnet('5', 'b'),
    subnet('6', 'c', true),
  ]

  it('are private where an internal one has the choice, and public for one that faces the internet', () => {
    expect(ids(chooseForLoadBalancer(mixed, true, REGION))).toEqual(['2', '5', '6'])
    expect(ids(chooseForLoadBalancer(mixed, false, REGION))).toEqual(['1', '4', '6'])
  })

  it('are none that AWS takes for nothing here: of a Local Zone, of an Outpost, or too small', () => {
    const odd = [
      subnet('7', '-ham-1a'),
      subnet('8', 'c', false, { outpostArn: 'arn:aws:outposts:x' }),
      subnet('9', 'c', false, { cidr: '10.0.1.0/28' }),
    ]
    expect(ids(chooseForLoadBalancer([...mixed.slice(0, 5), ...odd], true, REGION))).toEqual(['2', '5'])
  })

  it('say what was found where they do not suffice', () => {
    expect(() => chooseForLoadBalancer(mixed.slice(0, 2), true, REGION)).toThrow(
      expect.objectContaining({
        code: 'load-balancer-subnets',
        message: expect.stringContaining('one zone, eu-central-1a. Found: subnet-1 (eu-central-1a, public), subnet-2'),
      }),
    )
    expect(() => chooseForLoadBalancer([subnet('1', 'a'), subnet('2', 'b')], false, REGION)).toThrow(
      /public addresses in no zone.*loadBalancerSubnetIds/,
    )
  })

  it.each([
    ['two in one zone', [subnet('1', 'a'), subnet('2', 'a'), subnet('3', 'b')], /subnet-1 .* and subnet-2 .*Keep one/],
    ['one zone', [subnet('1', 'a')], /subnet-1 .* alone. Add one in another zone/],
    [
      'another VPC',
      [subnet('1', 'a'), subnet('2', 'b', false, { vpcId: 'vpc-0b' })],
      /belongs to vpc-0b, not to vpc-0a/,
    ],
  ])('that the config names are refused for %s', (_what, given, message) => {
    expect(() => checkForLoadBalancer(given, VPC)).toThrow(message)
  })
})

describe('subnets of the tasks (part of A6)', () => {
  const all = [
    subnet('1', 'a', true),
    subnet('2', 'a'),
    subnet('3', 'b', true),
    subnet('4', 'b'),
    subnet('5', 'c', true),
  ]
  const front = [subnet('2', 'a'), subnet('4', 'b')]

  it('lie in the load balancer’s zones, and fit how the tasks reach out', () => {
    expect(ids(chooseForTasks(all, front, true))).toEqual(['1', '3'])
    expect(ids(chooseForTasks(all, front, false))).toEqual(['2', '4'])
    expect(ids(chooseForTasks(all.slice(0, 1), front, false))).toEqual(['1'])
  })

  it('that the config names are refused in a zone that the load balancer does not reach', () => {
    expect(ids(checkForTasks([subnet('1', 'a', true)], front, VPC))).toEqual(['1'])
    expect(() => checkForTasks([subnet('5', 'c')], front, VPC)).toThrow(
      expect.objectContaining({
        code: 'task-subnets',
        message: expect.stringContaining('eu-central-1a, eu-central-1b'),
      }),
    )
  })
})
