import { z } from 'zod'
import { KeyturnError } from '../../../../../core/errors.ts'
import { readOperator } from './operators.ts'
import type { Patterns, PolicyDocument, PrincipalElement, Statement } from './types.ts'

/** AWS lets one value stand for a list of one, everywhere. */
const listOf = <T>(item: z.ZodType<T>) =>
  z.preprocess((value) => (value === undefined || Array.isArray(value) ? value : [value]), z.array(item))

const texts = listOf(z.string())
const conditionValues = listOf(z.union([z.string(), z.number(), z.boolean()]).transform(String))
const principal = z.union([
  z.literal('*'),
  z.partialRecord(z.enum(['AWS', 'Service', 'Federated', 'CanonicalUser']), texts),
])

const statement = z.strictObject({
  Sid: z.string().optional(),
  Effect: z.enum(['Allow', 'Deny']),
  Principal: z.optional(principal),
  NotPrincipal: z.optional(principal),
  Action: z.optional(texts),
  NotAction: z.optional(texts),
  Resource: z.optional(texts),
  NotResource: z.optional(texts),
  Condition: z.record(z.string(), z.record(z.string(), conditionValues)).optional(),
})

const document = z.strictObject({
  Version: z.enum(['2012-10-17', '2008-10-17']).default('2008-10-17'),
  Id: z.string().optional(),
  Statement: listOf(statement),
})

const parsed = new Map<string, PolicyDocument>()
const CACHED_POLICIES = 1_000

/**
 * Reads a policy's JSON text, any kind of policy.
 * @throws KeyturnError `policy-malformed` naming the element, or `condition-operator-unknown`
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
 */
export function parsePolicy(text: string): PolicyDocument {
  const known = parsed.get(text)
  if (known) return known
  const policy = read(text)
  if (parsed.size >= CACHED_POLICIES) parsed.clear()
  parsed.set(text, policy)
  return policy
}

function read(text: string): PolicyDocument {
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch {
    throw malformed('the document is not JSON')
  }
  const result = document.safeParse(json)
  if (!result.success) {
    const issue = result.error.issues[0]
    throw malformed(`${issue?.path.join('.') || 'the document'}: ${issue?.message ?? 'invalid'}`)
  }
  return { version: result.data.Version, statements: result.data.Statement.map(readStatement) }
}

function readStatement(raw: z.infer<typeof statement>, index: number): Statement {
  const where = raw.Sid ?? `#${index}`
  const actions = patterns(raw.Action, raw.NotAction)
  if (!actions) throw malformed(`statement ${where} needs exactly one of Action and NotAction`)
  const wrong = actions.values.find((action) => action !== '*' && !/^[A-Za-z0-9-]+:[A-Za-z0-9*?]+$/.test(action))
  if (wrong !== undefined) throw malformed(`statement ${where}: ${JSON.stringify(wrong)} is not <service>:<action>`)
  if (raw.Resource && raw.NotResource) throw malformed(`statement ${where} has both Resource and NotResource`)
  if (raw.Principal && raw.NotPrincipal) throw malformed(`statement ${where} has both Principal and NotPrincipal`)
  return {
    sid: where,
    effect: raw.Effect,
    actions,
    resources: patterns(raw.Resource, raw.NotResource),
    principals: principals(raw.Principal, false) ?? principals(raw.NotPrincipal, true),
    conditions: Object.entries(raw.Condition ?? {}).flatMap(([operator, keys]) => {
      readOperator(operator)
      return Object.entries(keys).map(([key, values]) => ({ operator, key, values }))
    }),
  }
}

function patterns(positive: string[] | undefined, negative: string[] | undefined): Patterns | undefined {
  if (positive && !negative) return { negated: false, values: positive }
  if (negative && !positive) return { negated: true, values: negative }
  return undefined
}

function principals(raw: z.infer<typeof principal> | undefined, negated: boolean): PrincipalElement | undefined {
  if (raw === undefined) return undefined
  if (raw === '*') return { negated, entries: [{ type: 'AWS', value: '*' }] }
  const entries = Object.entries(raw).flatMap(([type, values]) => (values ?? []).map((value) => ({ type, value })))
  return { negated, entries }
}

const malformed = (problem: string): KeyturnError =>
  new KeyturnError('policy-malformed', `The policy document is malformed: ${problem}. Correct it and put it again.`)
