import fc from 'fast-check'
import { expect, test } from 'vitest'
import { EventBoundary, isEventStream, terminalEvent } from '../../../../../proxy/data-plane/response/terminal-event.ts'

test('the boundary is where the bytes end with an empty line, however they are cut into chunks', () => {
  const texts = fc
    .array(fc.constantFrom('\n', '\r', '\r\n', 'data: x', 'a'), { maxLength: 12 })
    .map((parts) => parts.join(''))
  fc.assert(
    fc.property(texts, fc.array(fc.nat(40)), (text, cuts) => {
      const boundary = new EventBoundary()
      const places = [0, ...cuts.filter((cut) => cut < text.length).sort((one, other) => one - other), text.length]
      for (const [index, end] of places.entries()) boundary.see(Buffer.from(text.slice(places[index - 1] ?? 0, end)))

      expect(boundary.reached).toBe(text === '' || /(\n\n|\r\r|\r\n\r\n)$/.test(text))
    }),
  )
})

test.each([
  ['text/event-stream', undefined, true],
  ['Text/Event-Stream; charset=UTF-8', 'identity', true],
  ['text/event-stream', 'gzip', false],
  ['text/event-streams', undefined, false],
  ['application/json', undefined, false],
  [undefined, undefined, false],
])('content-type %s with encoding %s is an event stream: %s', (type, encoding, expected) => {
  expect(isEventStream(type, encoding)).toBe(expected)
})

test('the terminal event is one event that carries the error', () => {
  const text = terminalEvent('upstream-closed', 'It\nbroke.', 'r1')

  expect(text).toBe(
    'event: error\ndata: {"error":{"code":"upstream-closed","message":"It\\nbroke.","request_id":"r1"}}\n\n',
  )
})
