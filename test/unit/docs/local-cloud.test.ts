import { expect, it } from 'vitest'
import { calledOperations, documentedCommands, operationOf } from '../../../docs/pages/callers.ts'
import { services } from '../../../local/cloud/services/index.ts'

it('every operation of the local cloud is asked for by somebody', () => {
  const idle = calledOperations().filter(({ callers }) => callers.length === 0)
  expect(idle.map(({ service, operation }) => `${service}.${operation}`)).toEqual([])
})

it('every documented command of a service that runs locally is answered', () => {
  // The CLI's own command over FilterLogEvents.
  const composed = ['logs tail']
  const unanswered = documentedCommands().filter((command) => {
    const [name = '', verb = ''] = command.split(' ')
    const service = services.find((each) => each.name === name)
    return service && !composed.includes(command) && !Object.hasOwn(service.operations, operationOf(verb))
  })
  expect(unanswered).toEqual([])
  expect(documentedCommands()).toContain('secretsmanager rotate-secret')
})
