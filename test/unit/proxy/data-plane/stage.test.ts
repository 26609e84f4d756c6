import { expect, test } from 'vitest'
import { beginWith, type Stage } from '../../../../proxy/data-plane/stage.ts'

type Log = readonly string[]

/** Notes when a request passes it, and when its answer does. */
const passing =
  (name: string, notes: string[]): Stage<Log, Log> =>
  (next) =>
  async (log) => {
    notes.push(`${name} in`)
    await next([...log, name])
    notes.push(`${name} out`)
  }

test('a request goes through stages from first to last, its answer from last to first', async () => {
  const notes: string[] = []
  const end: Stage<Log, never> = () => async (log) => void notes.push(log.join('>'))
  const handle = beginWith(passing('a', notes)).next(passing('b', notes)).next(passing('c', notes)).last(end)

  await handle(['start'])

  expect(notes).toEqual(['a in', 'b in', 'c in', 'start>a>b>c', 'c out', 'b out', 'a out'])
})

test('a stage that answers by itself keeps the rest from the request', async () => {
  const notes: string[] = []
  const answers: Stage<Log, Log> = () => async () => void notes.push('answered')
  const handle = beginWith(passing('a', notes))
    .next(answers)
    .last(() => async () => void notes.push('never'))

  await handle([])

  expect(notes).toEqual(['a in', 'answered', 'a out'])
})

test('a last stage that hands a request on is a mistake that shows', async () => {
  const handle = beginWith(passing('a', [])).last((next) => (log) => next(log as never))

  await expect(handle([])).rejects.toThrow('The last stage has handed an exchange on')
})
