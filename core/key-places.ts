/**
 * Where clients of LLM providers put their key. From here the proxy takes credentials, keeps them from going on, and
 * logs are masked by the same names.
 */

/** Header names in lower case; `authorization` with or without the word Bearer. */
export const KEY_HEADERS = ['authorization', 'x-api-key', 'api-key', 'x-goog-api-key'] as const

/** The parameter of a query, as in `?key=…`. */
export const KEY_PARAMETER = 'key'
