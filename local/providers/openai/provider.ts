import { chatCompletion } from '../chat-completion.ts'
import type { Provider } from '../exchange.ts'
import { listModels } from '../models.ts'
import { createServiceAccount } from './create-service-account.ts'
import { deleteServiceAccount } from './delete-service-account.ts'
import { listServiceAccounts } from './list-service-accounts.ts'

const ACCOUNTS = '/v1/organization/projects/(?<project>[^/]+)/service_accounts'

/** `https://api.openai.com`: inference, and the administration of a project's service accounts. */
export const openAi: Provider = {
  name: 'openai',
  routes: [
    {
      method: 'POST',
      path: /^\/v1\/chat\/completions$/,
      operation: 'Chat',
      handle: (exchange) => chatCompletion(exchange, 'chatcmpl-'),
    },
    { method: 'GET', path: /^\/v1\/models$/, operation: 'Models', handle: listModels },
    { method: 'POST', path: new RegExp(`^${ACCOUNTS}$`), operation: 'CreateKey', handle: createServiceAccount },
    { method: 'GET', path: new RegExp(`^${ACCOUNTS}$`), operation: 'ListKeys', handle: listServiceAccounts },
    {
      method: 'DELETE',
      path: new RegExp(`^${ACCOUNTS}/(?<id>[^/]+)$`),
      operation: 'DeleteKey',
      handle: deleteServiceAccount,
    },
  ],
  errorBody: ({ message, type, code }) => ({ error: { message, type, param: null, code } }),
}
