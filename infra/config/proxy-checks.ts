import type { Problem } from '../../core/errors.ts'
import { findRepeated, metricsPortProblem, sharedSecret, staleProblem } from '../../core/proxy-settings.ts'
import { upstreamProblem } from '../../core/routes.ts'
import { fieldOf, listOf, readLenient } from './lenient.ts'
import { clientShape, proxyShape, routeShape } from './proxy-schema.ts'
import type { Mistake } from './tell.ts'

const { port, metricsPort, refreshSeconds, maxStaleSeconds } = proxyShape

/** Settings of the proxy that are right by themselves and wrong together. The proxy holds itself to the same rules. */
export function checkProxy(raw: unknown): Mistake[] {
  const settings = readLenient({ port, metricsPort, refreshSeconds, maxStaleSeconds }, raw)
  const clients = listOf(fieldOf(raw, 'clients')).map((client) => readLenient(clientShape, client))
  const routes = listOf(fieldOf(raw, 'routes')).map((route) => readLenient(routeShape, route))
  return [
    ...problem('proxy.metricsPort', metricsPortProblem(settings.port ?? 0, settings.metricsPort ?? 0)),
    ...problem(
      'proxy.maxStaleSeconds',
      staleProblem(settings.refreshSeconds ?? 0, settings.maxStaleSeconds ?? Infinity),
    ),
    ...repetitions(
      clients.map(({ name }) => name),
      (index) => `proxy.clients[${index}].name`,
    ),
    ...findRepeated(clients.map(({ secret }) => secret)).map(({ index, first }) => ({
      path: `proxy.clients[${index}].secret`,
      message: sharedSecret(`proxy.clients[${first}]`),
    })),
    ...repetitions(
      routes.map(({ name }) => name),
      (index) => `proxy.routes[${index}].name`,
    ),
    ...repetitions(
      routes.map(({ prefix }) => prefix),
      (index) => `proxy.routes[${index}].prefix`,
    ),
    ...routes.flatMap(({ upstream, plainHttp }, index) =>
      upstream === undefined ? [] : problem(`proxy.routes[${index}].upstream`, upstreamProblem(upstream, plainHttp)),
    ),
  ]
}

const problem = (path: string, message: string | undefined): Problem[] =>
  message === undefined ? [] : [{ path, message }]

/** Items that must differ. */
export const repetitions = (items: readonly unknown[], path: (index: number) => string): Mistake[] =>
  findRepeated(items).map(({ index, first }) => ({
    path: path(index),
    message: `${JSON.stringify(items[index])} stands twice; each must be different`,
    also: path(first),
  }))
