import { beforeAll, describe, expect, it } from 'vitest'
import { parseStackConfig } from '../../../infra/config/parse.ts'
import { entryFor, parseInventory } from '../../../lambdas/rotate/inventory.ts'
import { strategyFor } from '../../../lambdas/strategies/find-strategy.ts'
import { readSettings } from '../../../proxy/config/read-settings.ts'
import { devSettings, devValues } from '../../helpers/infra/dev-config.ts'
import { type Plan, planStack } from '../../helpers/infra/plan-stack.ts'

let plan: Plan

beforeAll(async () => {
  plan = await planStack(parseStackConfig(devSettings(), devValues))
})

/** What infra writes is read by rooms that it may not import; here both ends meet. */
describe('what the program writes, its readers accept', () => {
  it('the proxy takes its configuration (part of A6)', () => {
    const task = plan.one('aws:ecs/taskDefinition:TaskDefinition', 'proxy-service')
    const [{ environment }] = JSON.parse(String(task.inputs.containerDefinitions))
    const variables = Object.fromEntries(environment.map(({ name, value }: Record<string, string>) => [name, value]))
    expect(() => readSettings(variables)).not.toThrow()
    expect(() => readSettings({ ...variables, KEYTURN_PROXY_CONFIG: '{}' })).toThrow()
  })

  it('the rotation functions take their inventory, down to each strategy’s parameters (part of A3)', () => {
    for (const family of ['generated', 'provider', 'supplied']) {
      const { inputs } = plan.one('aws:lambda/function:Function', `rotate-${family}-function`)
      const { assets } = inputs.code as { assets: Record<string, { text?: string }> }
      const inventory = parseInventory(assets['inventory.json']?.text ?? '')
      expect(Object.keys(inventory.secrets).length).toBeGreaterThan(0)
      for (const name of Object.keys(inventory.secrets)) {
        const { strategy, params } = entryFor(inventory, name)
        expect(strategyFor(strategy).family).toBe(family)
        expect(strategyFor(strategy).params.safeParse(params).success).toBe(true)
      }
    }
  })

  it('an inventory entry is found by the ARN that Secrets Manager sends', () => {
    const { inputs } = plan.one('aws:lambda/function:Function', 'rotate-provider-function')
    const { assets } = inputs.code as { assets: Record<string, { text?: string }> }
    const inventory = parseInventory(assets['inventory.json']?.text ?? '')
    const { secretId } = plan.one('aws:secretsmanager/secretRotation:SecretRotation', 'openai-rotation').inputs
    expect(entryFor(inventory, String(secretId)).strategy).toBe('provider-key')
  })
})
