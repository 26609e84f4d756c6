import type { ProxyClient, ProxyConfig, ProxyRoute } from '../../core/inventory.ts'
import type { ProxySettings } from '../config/schema.ts'

/** The names of the secrets that the proxy reads, each once. */
export function proxySecrets({ clients, routes }: Pick<ProxySettings, 'clients' | 'routes'>): readonly string[] {
  return [...new Set([...clients, ...routes].map(({ secret }) => secret))].sort()
}

/** What the proxy is told, its secrets by ARN. */
export function proxyConfig(
  settings: ProxySettings,
  secretArn: (name: string) => string,
  strategyOf: (name: string) => string | undefined,
): ProxyConfig {
  const { port, metricsPort, refreshSeconds, maxStaleSeconds } = settings
  return {
    port,
    metricsPort,
    clients: settings.clients.map(({ name, secret }): ProxyClient => ({ name, secretId: secretArn(secret) })),
    routes: settings.routes.map(({ secret, field = fieldOf(strategyOf(secret)), plainHttp, ...route }): ProxyRoute => {
      const said = { ...(field !== undefined && { field }), ...(plainHttp && { plainHttp }) }
      return { ...route, secretId: secretArn(secret), ...said }
    }),
    refreshSeconds,
    maxStaleSeconds,
  }
}

/** A `provider-key` secret holds the key beside the provider's id of it. */
const fieldOf = (strategy: string | undefined): string | undefined =>
  strategy === 'provider-key' ? 'apiKey' : undefined
