import { describe, expect, it } from 'vitest'
import { parseStackConfig } from '../../../infra/config/parse.ts'
import { type DevSettings, devSettings, devValues, problemsOf, secretOf } from '../../helpers/infra/dev-config.ts'

describe('stack config (A2)', () => {
  it('the shipped Pulumi.dev.yaml is sound', () => {
    const config = parseStackConfig(devSettings(), devValues)
    expect(config.secrets.map(({ name, strategy }) => `${name}: ${strategy}`)).toEqual([
      'openai-admin: supplied',
      'openai: provider-key',
      'openrouter-admin: supplied',
      'openrouter: provider-key',
      'mobile-app: client-key',
      'reporting-password: random',
      'telegram-bot: supplied',
    ])
    expect(config.secrets.find(({ name }) => name === 'reporting-password')).toMatchObject({
      grace: '1d',
      window: '4h',
    })
  })

  it('five mistakes give five problems, each with its path and what is allowed', () => {
    const problems = problemsOf((settings) => {
      secretOf(settings, 'openai').grace = '9d'
      secretOf(settings, 'openrouter').schedule = 'rate(2 hours)'
      secretOf(settings, 'mobile-app').ownr = 'mobile@example.com'
      secretOf(settings, 'reporting-password').consumers = ['billing']
      settings.logRetentionDays = 42
    })
    expect(problems.map(({ path }) => path)).toEqual([
      'secrets.openai.grace',
      'secrets.openrouter.schedule',
      'secrets.mobile-app.ownr',
      'secrets.reporting-password.consumers[0]',
      'logRetentionDays',
    ])
    const [grace, schedule, unknown, consumer, retention] = problems.map(({ message }) => message)
    expect(retention).toContain('must be one of 1, 3, 5, 7')
    expect(grace).toContain('longer than the maximum of 7 d')
    expect(schedule).toContain('minimum is 4 h')
    expect(unknown).toMatch(/^is not a setting\. Allowed: name, strategy, .*owner/)
    expect(consumer).toBe('"billing" is not in "consumers". Allowed: reporting')
  })

  it('a mistake in one field does not hide one across fields', () => {
    const problems = problemsOf((settings) => {
      const openai = secretOf(settings, 'openai')
      delete openai.owner
      openai.window = '22h'
      openai.grace = '7d'
    })
    expect(problems).toEqual([
      {
        path: 'secrets.openai.owner',
        message: 'is missing. It must be text, such as team@example.com',
        secret: 'openai',
      },
      {
        path: 'secrets.openai.window',
        message: expect.stringContaining('allowed is "1h" to "21h"'),
        secret: 'openai',
      },
      {
        path: 'secrets.openai.grace',
        message: expect.stringContaining('not shorter than the 168h'),
        secret: 'openai',
      },
    ])
  })

  it.each<[string, (settings: DevSettings) => void, string, string]>([
    ['an unknown key', (s) => (s.extra = 1), 'extra', 'is not a setting. Allowed: groups, secrets'],
    [
      'an unknown strategy',
      (s) => (secretOf(s, 'openai').strategy = 'magic'),
      'secrets.openai.strategy',
      '"provider-key"',
    ],
    [
      'a missing group',
      (s) => (secretOf(s, 'openai').group = 'gone'),
      'secrets.openai.group',
      '"gone" is not in "groups"',
    ],
    [
      'a bad name',
      (s) => s.secrets.push({ ...secretOf(s, 'mobile-app'), name: 'Mobile App' }),
      'secrets["Mobile App"].name',
      'lower-case words',
    ],
    [
      'a name twice',
      (s) => (secretOf(s, 'telegram-bot').name = 'openai-admin'),
      'secrets[6].name ("openai-admin")',
      '"openai-admin" stands twice; each must be different. The other one is secrets[0].name',
    ],
    [
      'a prefix twice',
      (s) => s.proxy.routes.push({ ...s.proxy.routes[0], name: 'other' }),
      'proxy.routes.other.prefix',
      '"/openai" stands twice; each must be different. The other one is proxy.routes[0].prefix',
    ],
    [
      'a reserved prefix',
      (s) => Object.assign(s.proxy.routes[0] ?? {}, { prefix: '/health' }),
      'proxy.routes.openai.prefix',
      'answers these itself',
    ],
    [
      'a route to a missing secret',
      (s) => Object.assign(s.proxy.routes[1] ?? {}, { secret: 'gone' }),
      'proxy.routes.openrouter.secret',
      '"gone" is not in "secrets"',
    ],
    [
      'a client without a client-key',
      (s) => Object.assign(s.proxy.clients[0] ?? {}, { secret: 'openai' }),
      'proxy.clients.mobile-app.secret',
      'needs one with "client-key"',
    ],
    [
      'a plain-text upstream',
      (s) => Object.assign(s.proxy.routes[0] ?? {}, { upstream: 'http://api.openai.com' }),
      'proxy.routes.openai.upstream',
      'https://',
    ],
    [
      'a key in a header that frames the message',
      (s) => Object.assign(s.proxy.routes[0] ?? {}, { auth: { scheme: 'header', header: 'Host' } }),
      'proxy.routes.openai.auth.header',
      'must not be a header that frames the message',
    ],
    [
      'a public load balancer without TLS',
      (s) => (s.proxy.loadBalancer.internal = false),
      'proxy.loadBalancer.certificateArn',
      'needs TLS',
    ],
    [
      'nobody who may connect',
      (s) => (s.proxy.loadBalancer.allowedCidrs = []),
      'proxy.loadBalancer.allowedCidrs',
      'one range or more',
    ],
    [
      'a range that is none',
      (s) => (s.proxy.loadBalancer.allowedCidrs = ['10.0.0.0/33']),
      'proxy.loadBalancer.allowedCidrs[0]',
      'IPv4 range',
    ],
    [
      'a range of everything',
      (s) => (s.proxy.loadBalancer.allowedCidrs = ['10.0.0.0/8', '0.0.0.0/0']),
      'proxy.loadBalancer.allowedCidrs',
      'has 0.0.0.0/0, which lets in anyone. List the ranges of your callers, or say that it is meant: openToInternet: true',
    ],
    [
      'ranges that make up everything together',
      (s) => (s.proxy.loadBalancer.allowedCidrs = ['0.0.0.0/1', '128.0.0.0/1']),
      'proxy.loadBalancer.allowedCidrs',
      'has 0.0.0.0/1, 128.0.0.0/1, which lets in anyone',
    ],
    [
      'a range wider than anybody owns',
      (s) => (s.proxy.loadBalancer.allowedCidrs = ['10.0.0.0/7', '172.16.0.0/12']),
      'proxy.loadBalancer.allowedCidrs',
      'has 10.0.0.0/7, which lets in anyone',
    ],
    [
      'half of everything in small pieces',
      (s) => (s.proxy.loadBalancer.allowedCidrs = Array.from({ length: 128 }, (_, n) => `${2 * n}.0.0.0/8`)),
      'proxy.loadBalancer.allowedCidrs',
      '254.0.0.0/8, which lets in anyone',
    ],
    [
      'a range that begins in its middle',
      (s) => (s.proxy.loadBalancer.allowedCidrs = ['10.0.0.1/8']),
      'proxy.loadBalancer.allowedCidrs[0]',
      'must be written with the first address of its range',
    ],
    [
      'a range of IPv6',
      (s) => (s.proxy.loadBalancer.allowedCidrs = ['::/0']),
      'proxy.loadBalancer.allowedCidrs[0]',
      'must be an IPv4 range',
    ],
    [
      'memory that Fargate does not offer for that CPU',
      (s) => Object.assign(s.proxy, { cpu: 512, memoryMb: 512 }),
      'proxy.memoryMb',
      '512 does not go with cpu 512 on Fargate; allowed is one of 1024, 2048, 3072, 4096, or another cpu',
    ],
    [
      'a CPU that the default memory is too little for',
      (s) => Object.assign(s.proxy, { cpu: 4096 }),
      'proxy.memoryMb',
      '1024 does not go with cpu 4096 on Fargate; allowed is one of 8192, 9216',
    ],
    [
      'a missing parameter',
      (s) => delete secretOf(s, 'openai').params.adminSecret,
      'secrets.openai.params.adminSecret',
      'is missing',
    ],
    [
      'an unknown parameter',
      (s) => (secretOf(s, 'mobile-app').params = { length: 9 }),
      'secrets.mobile-app.params.length',
      'is not a setting',
    ],
    [
      'an admin secret that is not there',
      (s) => (secretOf(s, 'openai').params.adminSecret = 'gone'),
      'secrets.openai.params',
      '"gone" is not in "secrets"',
    ],
    [
      'a secret that needs itself',
      (s) => (secretOf(s, 'openai').params.adminSecret = 'openai'),
      'secrets.openai.params',
      '"openai" needs itself',
    ],
    ['an empty inventory', (s) => (s.secrets = []), 'secrets', 'one secret or more'],
  ])('refuses %s', (_what, change, path, message) => {
    expect(problemsOf(change)).toContainEqual(
      expect.objectContaining({ path, message: expect.stringContaining(message) }),
    )
  })

  it('lets in anyone who is declared, and whole companies without a word', () => {
    const cidrs = (allowedCidrs: string[], more = {}) => {
      const settings = devSettings()
      Object.assign(settings.proxy.loadBalancer, { allowedCidrs, ...more })
      return parseStackConfig(settings, devValues).proxy?.loadBalancer.allowedCidrs
    }
    expect(cidrs(['0.0.0.0/0'], { openToInternet: true })).toEqual(['0.0.0.0/0'])
    expect(cidrs(['10.0.0.0/8', '11.0.0.0/8', '10.1.0.0/16', '172.16.0.0/12'])).toHaveLength(4)
  })

  it('a mistake elsewhere does not hide a pair that Fargate refuses', () => {
    const problems = problemsOf(({ proxy }) => Object.assign(proxy, { cpu: 256, memoryMb: 4096, extra: 1 }))
    expect(problems.map(({ path }) => path)).toEqual(['proxy.memoryMb', 'proxy.extra'])
  })

  it('keeps to its own problems when the config is nothing like one', () => {
    const parse = (raw: unknown) => () => parseStackConfig(raw as Record<string, unknown>, {})
    expect(parse({ secrets: 'none', groups: [], proxy: 7 })).toThrow(/secrets: must be a list, such as/)
    expect(parse({})).toThrow(/groups: is missing/)
    expect(parse({ groups: {}, secrets: [null, 4, []] })).toThrow(/secrets\[1\]: must be settings, each with its name/)
  })
})
