import type { ProxyClient, ProxyConfig, ProxyRoute } from '../../core/inventory.ts'
import type { ProxySettings } from '../config/schema.ts'

/** The names of the secrets that the proxy reads, each once. */
export function proxySecrets({ clients, routes }: Pick<ProxySettings, 'clients' | 'routes'>): readonly string[] {
  return [...new Set([...clients, ...routes].map(({ secret }) => secret))].sort()
}

/** What the proxy is told, its secrets by ARN. `keyField`: the field of a secret's value that its strategy keeps the key in. */
export function proxyConfig(
  settings: ProxySettings,
  secretArn: (name: string) => string,
  keyField: (name: string) => string | undefined,
): ProxyConfig {
  const { port, metricsPort, refreshSeconds, maxStaleSeconds } = settings
  return {
    port,
    metricsPort,
    clients: settings.clients.map(({ name, secret }): ProxyClient => ({ name, secretId: secretArn(secret) })),
    routes: settings.routes.map(({ secret, field = keyField(secret), plainHttp, ...route }): ProxyRoute => {
      const said = { ...(field !== undefined && { field }), ...(plainHttp && { plainHttp }) }
      return { ...route, secretId: secretArn(secret), ...said }
    }),
    refreshSeconds,
    maxStaleSeconds,
  }
}
