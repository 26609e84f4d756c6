/** Stack-config parameters for the providers that the local upstream stands in for. */
export function openAiParams(upstream: string, project = 'proj_1'): Record<string, unknown> {
  const accounts = `${upstream}/openai/v1/organization/projects/${project}/service_accounts`
  return {
    adminSecret: 'keyturn/test/openai-admin',
    create: { method: 'POST', url: accounts, body: { name: '{name}' }, take: { key: '/api_key/value', id: '/id' } },
    list: {
      method: 'GET',
      url: `${accounts}?limit=3`,
      items: '/data',
      id: '/id',
      name: '/name',
      paging: { kind: 'cursor', param: 'after', next: '/last_id', more: '/has_more' },
    },
    test: { method: 'GET', url: `${upstream}/openai/v1/models` },
    revoke: { method: 'DELETE', url: `${accounts}/{id}` },
  }
}

export function openRouterParams(upstream: string): Record<string, unknown> {
  const keys = `${upstream}/openrouter/api/v1/keys`
  return {
    adminSecret: 'keyturn/test/openrouter-admin',
    create: { method: 'POST', url: keys, body: { name: '{name}' }, take: { key: '/key', id: '/data/hash' } },
    list: {
      method: 'GET',
      url: keys,
      items: '/data',
      id: '/hash',
      name: '/name',
      paging: { kind: 'offset', param: 'offset' },
    },
    test: { method: 'GET', url: `${upstream}/openrouter/api/v1/key` },
    revoke: { method: 'DELETE', url: `${keys}/{id}` },
  }
}
