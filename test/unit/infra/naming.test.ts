import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fitName, naming, PHYSICAL_LIMIT } from '../../../infra/naming.ts'

const dev = naming({
  project: 'keyturn',
  stack: 'dev',
  partition: 'aws',
  region: 'eu-central-1',
  accountId: '000000000000',
})

describe('naming', () => {
  it('names secrets by stack, and everything else by project, stack and part', () => {
    expect(dev.secret('openai')).toBe('keyturn/dev/openai')
    expect(dev.stackTag).toBe('keyturn/dev')
    expect(dev.keyAlias('upstream')).toBe('alias/keyturn/dev/upstream')
    expect(dev.physical('rotate-provider')).toBe('keyturn-dev-rotate-provider')
    expect(dev.roleArn('sweep')).toBe('arn:aws:iam::000000000000:role/keyturn-dev-sweep')
  })

  it('never exceeds a limit, and uses only characters that every service takes', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), fc.integer({ min: 16, max: 64 }), (name, limit) => {
        const fitted = fitName(`k${name}`, limit)
        expect(fitted.length).toBeLessThanOrEqual(limit)
        expect(fitted).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/)
      }),
    )
  })

  it('keeps names apart that would be cut or folded to the same', () => {
    const long = 'a'.repeat(PHYSICAL_LIMIT)
    expect(fitName(`${long}-one`, PHYSICAL_LIMIT)).not.toBe(fitName(`${long}-two`, PHYSICAL_LIMIT))
    expect(fitName('Dev', PHYSICAL_LIMIT)).not.toBe(fitName('dev', PHYSICAL_LIMIT))
    expect(fitName('a.b', PHYSICAL_LIMIT)).not.toBe(fitName('a-b', PHYSICAL_LIMIT))
  })
})
