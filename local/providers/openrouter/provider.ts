import { chatCompletion } from '../chat-completion.ts'
import type { Provider } from '../exchange.ts'
import { listModels } from '../models.ts'
import { createKey } from './create-key.ts'
import { deleteKey } from './delete-key.ts'
import { getCurrentKey } from './get-current-key.ts'
import { listKeys } from './list-keys.ts'

/** `https://openrouter.ai`: inference, and provisioning of keys by a provisioning key. */
export const openRouter: Provider = {
  name: 'openrouter',
  routes: [
    {
      method: 'POST',
      path: /^\/api\/v1\/chat\/completions$/,
      operation: 'Chat',
      handle: (exchange) => chatCompletion(exchange, 'gen-'),
    },
    { method: 'GET', path: /^\/api\/v1\/models$/, operation: 'Models', handle: listModels },
    { method: 'GET', path: /^\/api\/v1\/key$/, operation: 'GetKey', handle: getCurrentKey },
    { method: 'POST', path: /^\/api\/v1\/keys\/?$/, operation: 'CreateKey', handle: createKey },
    { method: 'GET', path: /^\/api\/v1\/keys\/?$/, operation: 'ListKeys', handle: listKeys },
    { method: 'DELETE', path: /^\/api\/v1\/keys\/(?<hash>[^/]+)$/, operation: 'DeleteKey', handle: deleteKey },
  ],
  // OpenRouter's codes are the HTTP status, as a number.
  errorBody: ({ message, status }) => ({ error: { message, code: status } }),
}
