// Every strategy, one line each; a new one is a folder beside this file, a line here and its page in docs/strategies/.
export { clientKey } from './client-key/client-key.ts'
export { providerKey } from './provider-key/provider-key.ts'
export { random } from './random/random.ts'
export { supplied } from './supplied/supplied.ts'
