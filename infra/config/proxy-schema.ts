import { z } from 'zod'
import { DEFAULT_METRICS_PORT } from '../../core/inventory.ts'
import { MAX_STALE_SECONDS, REFRESH_SECONDS } from '../../core/proxy-settings.ts'
import { keyHeaderProblem, prefixProblem } from '../../core/routes.ts'
import { functionNetworkShape } from './function-network.ts'
import { name, ruled } from './primitives.ts'
import { openToAnyone, startsItsRange } from './ranges.ts'

export const clientShape = {
  /** The caller in logs and metrics. */
  name,
  /** The secret whose values it presents, by inventory name. */
  secret: name,
}

export const routeShape = {
  name,
  prefix: ruled(prefixProblem).meta({ examples: ['/openai'] }),
  /** Checked together with `plainHttp`, in proxy-checks.ts. */
  upstream: z.string().meta({ examples: ['https://api.openai.com'] }),
  /** Says that plain HTTP inside a private network is meant (docs/decisions/033-plain-http-inside.md). */
  plainHttp: z.boolean().default(false),
  mode: z.literal('verify').default('verify'),
  /** Secret that holds the upstream key, by inventory name. */
  secret: name,
  /** JSON field of the key; some strategies say it themselves. */
  field: z
    .string()
    .min(1, 'must name a field')
    .max(256)
    .meta({ examples: ['apiKey'] })
    .optional(),
  auth: z
    .discriminatedUnion('scheme', [
      z.strictObject({ scheme: z.literal('bearer') }),
      z.strictObject({
        scheme: z.literal('header'),
        header: ruled(keyHeaderProblem).meta({ examples: ['x-api-key'] }),
      }),
    ])
    .default({ scheme: 'bearer' }),
}

/** An IPv4 range as AWS takes it. */
const cidr = z
  .cidrv4('must be an IPv4 range such as "10.0.0.0/8"')
  .refine(startsItsRange, 'must be written with the first address of its range, such as "10.0.0.0/8"')
  .meta({ examples: ['10.0.0.0/8'] })

const loadBalancer = z
  .strictObject({
    /** Who may connect, as IPv4 CIDR ranges. Nothing is open unless it stands here. */
    allowedCidrs: z.array(cidr).min(1, 'must list one range or more'),
    /** Says that ranges which let in anyone are meant. */
    openToInternet: z.boolean().default(false),
    internal: z.boolean().default(true),
    /** ACM certificate; without one the load balancer must be internal, and speaks plain HTTP. */
    certificateArn: z
      .string()
      .regex(/^arn:aws[a-z-]*:acm:[a-z0-9-]+:\d{12}:certificate\/.+$/, 'must be the ARN of an ACM certificate')
      .meta({ examples: ['arn:aws:acm:eu-central-1:123456789012:certificate/0a1b2c3d'] })
      .optional(),
  })
  .superRefine(({ allowedCidrs, openToInternet }, context) => {
    const open = openToInternet ? [] : openToAnyone(allowedCidrs)
    if (open.length > 0) {
      const message = `has ${open.join(', ')}, which lets in anyone. List the ranges of your callers, or say that it is meant: openToInternet: true`
      context.addIssue({ code: 'custom', path: ['allowedCidrs'], message })
    }
  })
  .superRefine(({ internal, certificateArn }, context) => {
    if (!internal && certificateArn === undefined) {
      const message =
        'is missing: a load balancer that faces the internet needs TLS. Give the ARN, or set internal to true'
      context.addIssue({ code: 'custom', path: ['certificateArn'], message })
    }
  })

export const proxyShape = {
  clients: z.array(z.strictObject(clientShape)).min(1, 'must list one client or more'),
  routes: z.array(z.strictObject(routeShape)).min(1, 'must list one route or more'),
  port: z.int().min(1024).max(65535).default(8080),
  /** Where each task serves `/metrics`, apart from callers. */
  metricsPort: z.int().min(1024).max(65535).default(DEFAULT_METRICS_PORT),
  /** Who may read metrics, as CIDR ranges; nobody unless they stand here. */
  metricsCidrs: z
    .array(cidr)
    .superRefine((cidrs, context) => {
      for (const open of openToAnyone(cidrs)) {
        const message = 'must not let in anyone: metrics name secrets, clients and routes'
        context.addIssue({ code: 'custom', path: [cidrs.indexOf(open)], message })
      }
    })
    .default([]),
  /** Seconds between two looks at the key set. */
  refreshSeconds: z.int().min(REFRESH_SECONDS.min).max(REFRESH_SECONDS.max).default(30),
  /** Seconds for which the last good key set is served while AWS does not answer. */
  maxStaleSeconds: z.int().min(MAX_STALE_SECONDS.min).max(MAX_STALE_SECONDS.max).default(86_400),
  cpu: z.literal([256, 512, 1024, 2048, 4096]).default(512),
  memoryMb: z.int().min(512).max(30_720).default(1024),
  tasks: z
    .strictObject({ minimum: z.int().min(1).max(100).default(2), maximum: z.int().min(1).max(1000).default(10) })
    .refine(({ minimum, maximum }) => minimum <= maximum, 'must have a minimum that is not above its maximum')
    .prefault({}),
  loadBalancer,
}

const subnets = z
  .array(
    z
      .string()
      .regex(/^subnet-[0-9a-f]+$/, 'must be subnet ids such as "subnet-0a1b2c3d"')
      .meta({ examples: ['subnet-0a1b2c3d'] }),
  )
  .min(2, 'must list two or more, in different zones')
  .meta({ examples: [['subnet-0a1b2c3d', 'subnet-4e5f6a7b']] })

export const networkShape = {
  /** The account's default VPC unless given. */
  vpcId: z
    .string()
    .regex(/^vpc-[0-9a-f]+$/, 'must be a VPC id such as "vpc-0a1b2c3d"')
    .meta({ examples: ['vpc-0a1b2c3d'] })
    .optional(),
  loadBalancerSubnetIds: subnets.optional(),
  taskSubnetIds: subnets.optional(),
  /** Tasks need it where their subnets reach the internet without a NAT gateway, as in the default VPC. */
  assignPublicIp: z.boolean().optional(),
  ...functionNetworkShape,
}
