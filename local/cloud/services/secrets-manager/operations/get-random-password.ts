import { z } from 'zod'
import type { Random } from '../../../../../core/random.ts'
import { parseInput } from '../../parse-input.ts'
import type { Call } from '../../service.ts'
import { invalidParameter } from '../input.ts'

const schema = z.object({
  PasswordLength: z.int().min(1).max(4_096).default(32),
  ExcludeCharacters: z.string().max(4_096).default(''),
  ExcludeNumbers: z.boolean().default(false),
  ExcludePunctuation: z.boolean().default(false),
  ExcludeUppercase: z.boolean().default(false),
  ExcludeLowercase: z.boolean().default(false),
  IncludeSpace: z.boolean().default(false),
  RequireEachIncludedType: z.boolean().default(true),
})

/** https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetRandomPassword.html */
export function getRandomPassword(input: unknown, call: Call): unknown {
  const options = parseInput(schema, input)
  call.authorize('secretsmanager:GetRandomPassword', '*')
  const types = [
    options.ExcludeLowercase ? '' : 'abcdefghijklmnopqrstuvwxyz',
    options.ExcludeUppercase ? '' : 'ABCDEFGHIJKLMNOPQRSTUVWXYZ',
    options.ExcludeNumbers ? '' : '0123456789',
    options.ExcludePunctuation ? '' : '!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~',
    options.IncludeSpace ? ' ' : '',
  ]
    .map((characters) => [...characters].filter((character) => !options.ExcludeCharacters.includes(character)))
    .filter((characters) => characters.length > 0)
  const required = options.RequireEachIncludedType ? types : []
  if (types.length === 0) throw invalidParameter('The password cannot be made: every character type is excluded.')
  if (options.PasswordLength < required.length) {
    throw invalidParameter(`PasswordLength must be at least ${required.length} to hold one of each included type.`)
  }
  const { random } = call.cloud
  const any = types.flat()
  const picked = [
    ...required.map((characters) => pick(random, characters)),
    ...Array.from({ length: options.PasswordLength - required.length }, () => pick(random, any)),
  ]
  return { RandomPassword: shuffle(random, picked).join('') }
}

const pick = (random: Random, from: readonly string[]): string => from[random.int(from.length)] ?? ''

function shuffle(random: Random, items: readonly string[]): string[] {
  const left = [...items]
  return items.map(() => left.splice(random.int(left.length), 1)[0] ?? '')
}
