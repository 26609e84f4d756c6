import { BlockList, isIP } from 'node:net'

/**
 * What a route may be. infra/ refuses a stack config by these rules and the proxy its own configuration, so that what
 * one of them takes the other takes too. Each rule returns what is wrong and what is allowed, or undefined.
 */

/** Paths that the proxy answers itself, on its port or the metrics', and that no route may lie under. */
export const OWN_PATHS = ['/health', '/ready', '/metrics'] as const

const SEGMENT = '[A-Za-z0-9_~-][A-Za-z0-9._~-]*'
const PREFIX = new RegExp(`^/(?:${SEGMENT}(?:/${SEGMENT})*)?$`)

/**
 * The path under which a route lies: `/` for all that no other route takes, or segments that can be read in one way only.
 *
 * @example
 * prefixProblem('/openai/') // 'must be "/" or a path such as "/openai", without a slash at its end'
 */
export function prefixProblem(prefix: string): string | undefined {
  if (!PREFIX.test(prefix)) return 'must be "/" or a path such as "/openai", without a slash at its end'
  return OWN_PATHS.some((own) => isUnder(own, prefix))
    ? `must not lie under ${OWN_PATHS.join(', ')}: the proxy answers these itself`
    : undefined
}

/** Whether a path is the prefix or lies below it: `/openai/v1` under `/openai`, and anything under `/`. */
export const isUnder = (prefix: string, path: string): boolean =>
  prefix === '/' || path === prefix || path.startsWith(`${prefix}/`)

/** Fields of one hop only (RFC 9110 §7.6.1), and framing, which each hop does anew; and all `proxy-*`. */
const HOP_BY_HOP: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'te',
  'trailer',
  'trailers',
  'transfer-encoding',
  'upgrade',
])

export const isHopByHop = (lowerName: string): boolean => HOP_BY_HOP.has(lowerName) || lowerName.startsWith('proxy-')

/** Request fields that the proxy sets itself, or that mean nothing to the upstream. */
const SET_BY_PROXY: ReadonlySet<string> = new Set(['host', 'expect', 'content-length', 'http2-settings'])

export const isSetByProxy = (lowerName: string): boolean => SET_BY_PROXY.has(lowerName)

const TOKEN = /^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,256}$/

/**
 * The header in which an upstream wants its key: `x-api-key`. One that frames the message or steers the connection never
 * arrives as a key, however it is spelt (CGI servers read an underscore as a hyphen).
 */
export function keyHeaderProblem(header: string): string | undefined {
  if (!TOKEN.test(header)) return 'must be a header name such as "x-api-key"'
  const lower = header.toLowerCase().replaceAll('_', '-')
  return isHopByHop(lower) || isSetByProxy(lower) || lower === 'content-type' || lower === 'x-request-id'
    ? 'must not be a header that frames the message or that the proxy sets; allowed is one such as "x-api-key"'
    : undefined
}

const ADDRESS = 'must be an absolute URL such as "https://api.openai.com", without user, query or fragment'

/**
 * Where a route leads: https, or http where no public authority certifies a name, and the config says that it is meant
 * (docs/decisions/033-plain-http-inside.md). To this very machine http is always allowed.
 *
 * @example
 * upstreamProblem('http://10.0.3.7:11434', true) // undefined
 */
export function upstreamProblem(upstream: string, plainHttp = false): string | undefined {
  const url = /^https?:\/\/[^\s\\?#@/]+(?:\/[^\s\\?#]*)?$/i.test(upstream) ? URL.parse(upstream) : null
  if (!url) return ADDRESS
  if (url.protocol === 'https:') {
    return plainHttp ? 'is https, where "plainHttp" has nothing to say; leave plainHttp out' : undefined
  }
  if (isLoopback(url.hostname)) return undefined
  if (!isPrivateHost(url.hostname)) {
    return `must be https://, or the upstream's key would travel in clear over the internet. With plainHttp: true, http:// is allowed to ${PRIVATE_HOSTS}`
  }
  return plainHttp
    ? undefined
    : 'must be https://, or say that plain http is meant there, where whoever sees the network sees the key: plainHttp: true'
}

const PRIVATE_HOSTS =
  'a private address (10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16, 100.64.0.0/10, fc00::/7), a name without dots, or one that ends in .internal or .local'

/** IPv4 ranges that no one reaches over the internet (RFC 1918, RFC 6598). */
export const PRIVATE_IPV4 = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10'] as const

/** Unique local addresses (RFC 4193). */
export const PRIVATE_IPV6 = ['fc00::/7'] as const

const inside = blockList([...PRIVATE_IPV4, ...PRIVATE_IPV6, '127.0.0.0/8', '::1/128'])
/** Where a machine in AWS finds its own credentials; an upstream there would give them to every caller. */
const metadata = blockList(['fd00:ec2::/32'])

/** Whether an address lies in this machine or in a private network. Link-local ones do not: metadata is served there. */
export function isPrivateAddress(address: string): boolean {
  const family = isIP(address) === 6 ? 'ipv6' : 'ipv4'
  return isIP(address) !== 0 && inside.check(address, family) && !metadata.check(address, family)
}

function isPrivateHost(hostname: string): boolean {
  const host = bare(hostname)
  return isIP(host) === 0 ? !host.includes('.') || /\.(?:internal|local)$/.test(host) : isPrivateAddress(host)
}

const isLoopback = (hostname: string): boolean =>
  hostname === 'localhost' || hostname === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(hostname)

/** URLs write an IPv6 address in brackets. */
const bare = (hostname: string): string => hostname.replace(/^\[|\]$/g, '')

function blockList(ranges: readonly string[]): BlockList {
  const list = new BlockList()
  for (const range of ranges) {
    const [address = '', length] = range.split('/')
    list.addSubnet(address, Number(length), address.includes(':') ? 'ipv6' : 'ipv4')
  }
  return list
}

/** An upstream URL, taken apart once. */
export interface Upstream {
  readonly origin: string
  /** Its `Host`. */
  readonly host: string
  /** Before the forwarded path; empty or without a slash at its end. */
  readonly basePath: string
}

/** @throws TypeError when the URL is none; {@link upstreamProblem} tells beforehand */
export function readUpstream(upstream: string): Upstream {
  const { origin, host, pathname } = new URL(upstream)
  return { origin, host, basePath: pathname.replace(/\/+$/, '') }
}
