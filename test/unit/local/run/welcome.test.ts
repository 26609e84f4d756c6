import { describe, expect, it } from 'vitest'
import type { RunningStack } from '../../../../local/run/run-stack.ts'
import { welcome } from '../../../../local/run/welcome.ts'

const running = (more: Partial<RunningStack> = {}): RunningStack =>
  ({
    cloud: { region: 'eu-central-1' },
    cloudUrl: 'http://127.0.0.1:4566',
    upstream: { url: 'https://127.0.0.1:8081' },
    proxyUrl: 'http://127.0.0.1:8080',
    proxy: {
      clients: [{ name: 'mobile-app', secret: 'mobile-app' }],
      routes: [
        { prefix: '/claude', upstream: 'https://api.anthropic.com', secret: 'anthropic' },
        { prefix: '/openai', upstream: 'https://api.openai.com', secret: 'openai' },
        { prefix: '/openrouter', upstream: 'https://openrouter.ai', secret: 'openrouter' },
      ],
    },
    unmapped: ['https://api.anthropic.com'],
    stackTag: 'keyturn/dev',
    inventory: ['reporting-password'],
    ...more,
  }) as RunningStack

describe('what npm start says', () => {
  it('lists every route, and says which one leaves this machine', () => {
    expect(welcome(running(), '', undefined).match(/^ {15}\/.*$/gm)).toEqual([
      '               /claude      as https://api.anthropic.com  (the real one)',
      '               /openai      as https://api.openai.com',
      '               /openrouter  as https://openrouter.ai',
    ])
  })

  it('fits 80 columns', () => {
    const lines = welcome(running(), '', undefined).split('\n')
    expect(lines.filter((line) => line.length > 80)).toEqual([])
  })

  it('without a proxy says so, asks nothing through it, and rotates what there is', () => {
    const { proxy: _, proxyUrl: __, ...without } = running()
    const text = welcome(without, '', undefined)
    expect(text).toContain('Proxy      none: Pulumi.dev.yaml has no keyturn:proxy')
    expect(text).not.toContain('curl -N')
    expect(text).toContain('npx keyturn rotate reporting-password --wait --endpoint http://127.0.0.1:4566')
  })

  it('names the Region where it is not the usual one', () => {
    const there = { cloud: { region: 'eu-west-1' } } as Partial<RunningStack>
    expect(welcome(running(there), '', '.keyturn')).toContain('--endpoint http://127.0.0.1:4566 --region eu-west-1')
  })
})
