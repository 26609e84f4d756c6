import { ERROR_GROUPS, type ErrorRow } from '../../core/error-codes.ts'
import { REFUSAL_STATUS } from '../../proxy/data-plane/refusal.ts'
import type { Page } from './page.ts'

const STATUS: Readonly<Record<string, number>> = REFUSAL_STATUS

/** docs/errors.md: every error code, by subject. */
export const errors: Page = {
  file: 'errors.md',
  render: () =>
    [
      '# Error codes',
      '',
      'Every error that Keyturn raises on purpose has one of these codes: in the log, at the end of a line of the command',
      '(`keyturn: … [code]`), under `error.code` of its JSON, on a secret as its last error, and in an answer of the proxy.',
      '`retryable` may be tried again as it is, `terminal` cannot be helped by trying again, `needs-human` waits for a person.',
      'The exit code is that of a command which ends with the error. NAME stands for the secret.',
      ...Object.entries(ERROR_GROUPS).flatMap(([group, rows]) => section(group, rows)),
      '',
    ].join('\n'),
}

function section(title: string, rows: Readonly<Record<string, ErrorRow>>): readonly string[] {
  const answered = Object.keys(rows).every((code) => Object.hasOwn(STATUS, code))
  return [
    '',
    `## ${title}`,
    '',
    `| code | ${answered ? 'HTTP' : 'exit'} | kind | what has happened | what to do |`,
    '|---|---|---|---|---|',
    ...Object.entries(rows).map(
      ([code, { kind, exit, means, next }]) =>
        `| \`${code}\` | ${answered ? STATUS[code] : exit} | ${kind} | ${means} | ${sentence(next)} |`,
    ),
  ]
}

/** What follows once the cause is gone is, on a page, always the rotation. */
const sentence = (next: string): string =>
  next
    .replaceAll('{then}', 'then: keyturn rotate {name}')
    .replaceAll('{name}', 'NAME')
    .replaceAll(/<(\w+)>/g, '&lt;$1&gt;')
    .replaceAll('|', '\\|')
