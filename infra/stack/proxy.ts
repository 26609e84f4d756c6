import { strategyFor } from '../../lambdas/strategies/find-strategy.ts'
import { KeyProxy, type ProxySecret } from '../components/key-proxy.ts'
import { proxySecrets } from '../components/proxy-config.ts'
import type { Blueprint } from './blueprint.ts'
import { present } from './maps.ts'
import type { FirstValues } from './rotations.ts'
import type { Groups, Secrets } from './secrets.ts'

/** The proxy, once each secret that it reads has a value; undefined where the config has none. */
export function createProxy(
  { config, naming, region, inventory, artifacts, network }: Blueprint,
  groups: Groups,
  secrets: Secrets,
  firstValues: FirstValues,
): KeyProxy | undefined {
  const settings = config.proxy
  if (!settings || !network) return undefined
  const names = proxySecrets(settings)
  const own = inventory
    .filter((secret) => names.includes(secret.settings.name))
    .map(({ settings: { name, group, strategy } }): [string, ProxySecret] => {
      const { keyField } = strategyFor(strategy)
      return [name, { arn: present(secrets, name).arn, keyArn: present(groups, group).keyArn, keyField }]
    })
  return new KeyProxy('proxy', {
    naming,
    region,
    settings,
    network,
    artifacts: artifacts.proxy,
    secrets: new Map(own),
    logLevel: config.logLevel,
    logRetentionDays: config.logRetentionDays,
    protect: config.protect,
    after: names.flatMap((name) => present(firstValues, name)),
  })
}
