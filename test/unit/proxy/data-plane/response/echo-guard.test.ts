import fc from 'fast-check'
import { expect, test } from 'vitest'
import { EchoGuard } from '../../../../../proxy/data-plane/response/echo-guard.ts'

const KEY = 'sk-aab-sk-aaab-aaaaac'
// Much like the key, so that beginnings of it overlap.
const bytes = fc.array(fc.constantFrom('s', 'k', '-', 'a', 'b', 'sk-aa', 'sk-aab-sk', KEY.slice(0, -1)), {
  maxLength: 20,
})
const chunks = fc.array(
  bytes.map((parts) => parts.join('')),
  { maxLength: 12 },
)

function pass(pieces: readonly string[], key = KEY): { text: string; echoed: boolean } {
  const guard = new EchoGuard(key)
  let text = ''
  for (const piece of pieces) {
    const passed = guard.see(Buffer.from(piece))
    if (passed.echoed) return { text, echoed: true }
    text += passed.bytes.toString()
  }
  return { text: text + guard.end().toString(), echoed: false }
}

test('part of C3: what holds no key passes byte for byte, however it is cut', () => {
  fc.assert(
    fc.property(chunks, (pieces) => {
      fc.pre(!pieces.join('').includes(KEY))
      expect(pass(pieces)).toEqual({ text: pieces.join(''), echoed: false })
    }),
    { numRuns: 500 },
  )
})

test('part of C3: of a key no more than its common beginning passes, however it is cut', () => {
  fc.assert(
    fc.property(chunks, fc.nat(), fc.array(fc.nat({ max: 30 }), { maxLength: 30 }), (around, at, cuts) => {
      const split = at % (around.length + 1)
      const before = around.slice(0, split).join('')
      const whole = `${before}${KEY}${around.slice(split).join('')}`
      const pieces: string[] = []
      let rest = whole
      for (const cut of cuts) {
        pieces.push(rest.slice(0, cut))
        rest = rest.slice(cut)
      }
      const { text, echoed } = pass([...pieces, rest])
      expect(echoed).toBe(true)
      const first = whole.indexOf(KEY)
      expect(text.length).toBeLessThanOrEqual(first + 8)
      expect(whole.startsWith(text)).toBe(true)
    }),
    { numRuns: 500 },
  )
})

test('nothing is held back of a chunk that ends otherwise', () => {
  const guard = new EchoGuard(KEY)
  for (const text of ['data: {"a":1}\n\n', 'ends like keys do: sk-', 'aab-']) {
    expect(guard.see(Buffer.from(text))).toEqual({ echoed: false, bytes: Buffer.from(text) })
  }
})

test('a very short key is not looked for', () => {
  expect(pass(['a short text'], 'short')).toEqual({ text: 'a short text', echoed: false })
})
