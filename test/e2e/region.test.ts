import { expect, onTestFinished, test } from 'vitest'
import { chat } from '../helpers/stack/chat.ts'
import { keyturn } from '../helpers/stack/keyturn-cli.ts'
import { startStack } from '../helpers/stack/stack-under-test.ts'

test('a stack whose config names another Region runs there, and its proxy serves', async () => {
  const region = 'eu-west-1'
  const stack = await startStack({ overrides: { 'aws:region': region } })
  onTestFinished(() => stack.close())
  expect(stack.cloud.region).toBe(region)

  const key = await keyturn(stack.cloudUrl, ['value', 'mobile-app', '--region', region])
  expect(key).toMatchObject({ status: 0, stderr: '' })
  expect((await chat(stack, key.stdout.trim())).status).toBe(200)
  // The Region that the command line takes the local cloud to be in has nothing of it.
  expect((await keyturn(stack.cloudUrl, ['value', 'mobile-app'])).status).not.toBe(0)
})
