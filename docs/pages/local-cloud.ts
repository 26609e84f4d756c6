import { services } from '../../local/cloud/services/index.ts'
import { type Caller, calledOperations } from './callers.ts'
import type { Page } from './page.ts'

const MEANING: Readonly<Record<Caller, string>> = {
  ships: 'the program, a function, the proxy or the command line',
  apply: 'the local apply of the program, and `npm start`',
  cloud: 'the local cloud itself, under a role, as Lambda and ECS call other services',
  demo: '`npm run demo`',
  documented: 'a command in the README, the runbook or another page',
  tests: 'a test that looks at the product with it',
}

/** docs/local-cloud.md: every AWS operation that the local cloud answers, and who asks for it. */
export const localCloud: Page = {
  file: 'local-cloud.md',
  render() {
    const called = calledOperations()
    return [
      '# What the local cloud answers',
      '',
      `${called.length} operations of ${services.length} services, over the wire protocols of AWS, with IAM enforced. Any other call is refused as`,
      '`NotImplemented: <service>.<operation>`, with status 501. An operation is here as long as someone asks for it:',
      '',
      ...Object.entries(MEANING).map(([caller, meaning]) => `- **${caller}**: ${meaning}`),
      ...services.flatMap(({ name }) => [
        '',
        `## ${name}`,
        '',
        '| operation | asked for by |',
        '|---|---|',
        ...called
          .filter(({ service }) => service === name)
          .map(({ operation, callers }) => `| ${operation} | ${callers.join(', ')} |`),
      ]),
      '',
    ].join('\n')
  },
}
