import { Pool } from 'undici'
import { SECOND } from '../../core/clock.ts'
import type { Limits } from '../config/limits.ts'
import { privateLookup } from './private-lookup.ts'

/** One pool of HTTP/1.1 connections for each upstream origin, opened by its first request. */
export function createPools(origins: Iterable<string>, limits: Limits): ReadonlyMap<string, Pool> {
  return new Map([...new Set(origins)].map((origin) => [origin, createPool(origin, limits)]))
}

function createPool(origin: string, limits: Limits): Pool {
  const timeout = limits.upstreamConnectSeconds * SECOND
  return new Pool(origin, {
    // A request never waits behind another's stream.
    connections: null,
    pipelining: 1,
    allowH2: false,
    useMilo: false,
    // Below the 5 s after which common servers close an idle connection; longer only where the upstream says so.
    keepAliveTimeout: 4 * SECOND,
    keepAliveMaxTimeout: 55 * SECOND,
    keepAliveTimeoutThreshold: 2 * SECOND,
    maxHeaderSize: 64 * 1024,
    headersTimeout: limits.upstreamHeadSeconds * SECOND,
    bodyTimeout: limits.streamIdleSeconds * SECOND,
    strictContentLength: true,
    connect: origin.startsWith('https:')
      ? // Said here, so that no environment variable can turn verification off.
        { timeout, rejectUnauthorized: true }
      : { timeout, lookup: privateLookup() },
  })
}
