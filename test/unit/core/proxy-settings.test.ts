import { expect, it } from 'vitest'
import { KEY_HEADERS, KEY_PARAMETER } from '../../../core/key-places.ts'
import {
  findRepeated,
  metricsPortProblem,
  nameProblem,
  repeated,
  sharedSecret,
  staleProblem,
} from '../../../core/proxy-settings.ts'

it.each(['a', 'openai-admin', 'k8s-1', 'a-1-b', 'x'.repeat(48)])('the name %s is taken', (name) => {
  expect(nameProblem(name)).toBeUndefined()
})

it.each(['', 'A', '1a', '-a', 'a-', 'a--b', 'a_b', 'a b', 'é', 'a-B', 'a\n'])('%j is no name', (name) => {
  expect(nameProblem(name)).toBe('must be lower-case words joined by hyphens, such as "openai-admin"')
})

it('a name has 48 characters at most', () => {
  expect(nameProblem('x'.repeat(49))).toBe('must have 48 characters or fewer')
})

it('a set is served at least until the next look at it', () => {
  expect(staleProblem(30, 30)).toBeUndefined()
  expect(staleProblem(30, 29)).toMatch(/^must be at least refreshSeconds \(30\)/)
})

it('metrics have a port of their own, any free one included', () => {
  expect(metricsPortProblem(8080, 9464)).toBeUndefined()
  expect(metricsPortProblem(0, 0)).toBeUndefined()
  expect(metricsPortProblem(8080, 8080)).toBe('must be another port than `port`')
})

it('finds what stands twice, and where it stood first', () => {
  expect(findRepeated(['a', undefined, 'b', 'a', undefined, 'a'])).toEqual([
    { index: 3, first: 0 },
    { index: 5, first: 0 },
  ])
  expect(repeated('a', 'routes[0]')).toBe('"a" stands at routes[0] already; each must be different')
  expect(sharedSecret('clients[0]')).toMatch(/^is the secret of clients\[0\] already: .* a secret of its own$/)
})

it('a client’s key stands where clients of LLM providers put it', () => {
  expect([...KEY_HEADERS, KEY_PARAMETER]).toEqual(['authorization', 'x-api-key', 'api-key', 'x-goog-api-key', 'key'])
})
