import { runtime } from '@pulumi/pulumi'
import { describe, expect, it } from 'vitest'
import { parseStackConfig } from '../../../../infra/config/parse.ts'
import { devSettings, devValues } from '../../../helpers/infra/dev-config.ts'
import { planStack } from '../../../helpers/infra/plan-stack.ts'

describe('what a stack’s author changes of a resource, in a program of their own (decision 030)', () => {
  it('reaches the resource that it is for, and no other', async () => {
    const config = parseStackConfig(devSettings(), devValues)
    const plain = await planStack(config)
    const changed = await planStack(config, {
      before: () =>
        runtime.registerStackTransformation(({ type, props, opts }) =>
          type === 'aws:sns/topic:Topic' ? { props: { ...props, kmsMasterKeyId: 'alias/alerts' }, opts } : undefined,
        ),
    })
    const differing = changed.resources.filter(
      ({ type, name, inputs }) => JSON.stringify(inputs) !== JSON.stringify(plain.one(type, name).inputs),
    )
    expect(differing.map(({ name }) => name)).toEqual(['notifications-topic'])
    expect(differing[0]?.inputs).toMatchObject({ name: 'keyturn-dev-notifications', kmsMasterKeyId: 'alias/alerts' })
  })
})
