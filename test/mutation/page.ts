import { type Mutant, reasonFor, scoreOf, survivorsOf } from './report.ts'
import { ROOMS } from './rooms.ts'

/** docs/mutation.md: the score of each room, and every change that no test noticed with its reason. */
export function mutationPage(rooms: ReadonlyMap<string, readonly Mutant[]>): string {
  const all = [...rooms.values()].flat()
  const rows = ROOMS.map(({ name }) => {
    const mutants = rooms.get(name)
    if (!mutants) return `| ${name} | not run yet | | |`
    const { noticed, all, percent } = scoreOf(mutants)
    return `| ${name} | ${all} | ${noticed} | ${percent.toFixed(1)} % |`
  })
  return `${[...HEAD, ...rows, '', ...survivors(all)].join('\n').trimEnd()}\n`
}

const HEAD = [
  '# Whether tests notice a changed line',
  'The last result of `npm run mutate`, written by it ([decision 040](decisions/040-mutation.md)). Stryker changes the source in one place at',
  'a time, a comparison, a constant, a call left out, and runs the quick tests of the room. A change that every test still passes is listed',
  'below, with the reason why no test is written for it. It is no part of the gate, since it takes long.',
  '',
  '| room | changes | noticed | |',
  '|---|---|---|---|',
]

function survivors(mutants: readonly Mutant[]): readonly string[] {
  const rows = survivorsOf(mutants).map((mutant) => {
    const { file, line, was, becomes, state } = mutant
    const reason = reasonFor(mutant)?.because ?? (state === 'not run' ? 'no quick test runs it' : 'no reason yet')
    return `| ${file}:${line} | ${code(was)} | ${code(becomes)} | ${reason} |`
  })
  return ['## Changes that no test noticed', '', '| at | was | became | why |', '|---|---|---|---|', ...rows]
}

/** A piece of source in a cell, on one line and not too long. */
function code(piece: string): string {
  const line = piece.replaceAll(/\s+/g, ' ').replaceAll('|', '\\|').replaceAll('`', "'")
  return `\`${line.length > 70 ? `${line.slice(0, 69)}…` : line}\``
}
