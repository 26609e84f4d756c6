import { DEFAULT_REGION } from '../cloud/cloud.ts'
import type { ProxyOverview, RunningStack } from './run-stack.ts'

/** What is said once everything runs: where it is, which keys there are, and what to try, ready to paste. */
export function welcome(stack: RunningStack, secrets: string, dataDir: string | undefined): string {
  const { cloud, cloudUrl } = stack
  const { region } = cloud
  const endpoint = `--endpoint ${cloudUrl}${region === DEFAULT_REGION ? '' : ` --region ${region}`}`
  return [
    '',
    `Keyturn runs. Everything is on 127.0.0.1 and ${dataDir === undefined ? 'in memory' : `kept in ${dataDir}`}; Ctrl-C ends it.`,
    '',
    ...places(stack),
    '',
    secrets,
    '',
    ...(stack.proxy && stack.proxyUrl !== undefined ? ask(stack.proxy, stack.proxyUrl, endpoint) : []),
    'Rotate, and look again:',
    '',
    ...command(`npx keyturn rotate ${rotated(stack).join(' ')} --wait`, endpoint),
    ...command('npx keyturn status', endpoint),
    '',
    'Move the clock on, and see grace end and old keys go:',
    '',
    `  curl -X POST ${cloudUrl}/_keyturn/clock -d '{"advance":"25h"}'`,
    '',
    'The AWS CLI works too:',
    '',
    '  export AWS_ACCESS_KEY_ID=local AWS_SECRET_ACCESS_KEY=local',
    `  export AWS_REGION=${region} AWS_DEFAULT_REGION=${region}`,
    `  export AWS_ENDPOINT_URL=${cloudUrl}`,
    '  aws --endpoint-url $AWS_ENDPOINT_URL secretsmanager list-secrets',
    '',
  ].join('\n')
}

/** On one line where that has 80 columns, else on two. */
function command(words: string, endpoint: string): string[] {
  const line = `  ${words} ${endpoint}`
  return line.length <= 80 ? [line] : [`  ${words} \\`, `    ${endpoint}`]
}

function places({ cloudUrl, proxyUrl, proxy, upstream, unmapped, stackTag }: RunningStack): string[] {
  return [
    `  Cloud      ${cloudUrl}  speaks AWS; credentials local / local`,
    `  Upstream   ${upstream.url}  behaves like OpenAI and OpenRouter`,
    ...(proxy && proxyUrl !== undefined
      ? [`  Proxy      ${proxyUrl}  with a client's key, on these routes:`, ...routes(proxy, unmapped)]
      : [`  Proxy      none: Pulumi.${stackTag.split('/')[1]}.yaml has no keyturn:proxy`]),
  ]
}

function routes({ routes }: ProxyOverview, unmapped: readonly string[]): string[] {
  const width = Math.max(...routes.map(({ prefix }) => prefix.length))
  return routes.map(({ prefix, upstream }) => {
    // Nothing on this machine plays it: requests go out.
    const real = unmapped.some((origin) => upstream.startsWith(origin)) ? '  (the real one)' : ''
    return `               ${prefix.padEnd(width)}  as ${upstream}${real}`
  })
}

/** Where a provider's chat is, below the origin in its route. */
const CHAT: Readonly<Record<string, string>> = {
  'https://api.openai.com': '/v1/chat/completions',
  'https://openrouter.ai': '/api/v1/chat/completions',
}

/** One request as the first client, where a route goes to a provider that is played here. */
function ask({ clients: [client], routes }: ProxyOverview, proxyUrl: string, endpoint: string): string[] {
  const route = routes.find(({ upstream }) => CHAT[upstream] !== undefined)
  if (!client || !route) return []
  return [
    "Ask through the proxy, with the client's key in place of the provider's:",
    '',
    `  curl -N ${proxyUrl}${route.prefix}${CHAT[route.upstream]} \\`,
    `    -H "Authorization: Bearer $(npx keyturn value ${client.secret} \\`,
    `      ${endpoint})" \\`,
    "    -H 'Content-Type: application/json' \\",
    '    -d \'{"model": "gpt-4o-mini", "stream": true,',
    '      "messages": [{"role": "user", "content": "Hello"}]}\'',
    '',
  ]
}

/** What the example rotates: what the first route and the first client use, or the stack's first secret. */
function rotated({ proxy, inventory }: RunningStack): readonly string[] {
  const names = [proxy?.routes[0]?.secret, proxy?.clients[0]?.secret].filter((name) => name !== undefined)
  return names.length > 0 ? names : inventory.slice(0, 1)
}
