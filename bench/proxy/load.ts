/** The load: one process of its own, with one client for all subjects. Every answer is checked. */
import { once } from 'node:events'
import { type ClientRequest, request as httpRequest, type IncomingMessage } from 'node:http'
import { Client, type Dispatcher, Pool } from 'undici'
import { answer } from '../process/answer.ts'
import { EVENT, LAST_EVENT, PATH, REQUEST_BODY, RESPONSE_BODY, streamBytes } from './traffic.ts'

const headers = { authorization: `Bearer ${process.env.BENCH_CLIENT_KEY}`, 'content-type': 'application/json' }
let stalled: ClientRequest[] = []

answer({ requests: sendRequests, streams: openStreams, firstChunks, stall, release })

/** Small JSON requests over so many kept-alive connections. */
async function sendRequests({ url, count, connections }: { url: string; count: number; connections: number }) {
  const pool = new Pool(url, { connections, pipelining: 1 })
  let left = count
  const work = async (): Promise<void> => {
    while (left > 0) {
      left -= 1
      const { statusCode, body } = await pool.request(post(PATH))
      expectAnswer(statusCode, await body.text(), RESPONSE_BODY)
    }
  }
  await Promise.all(Array.from({ length: connections }, work))
  await pool.destroy()
}

/** Concurrent event streams, read to their ends; answers with how many pieces they came in. */
async function openStreams({
  url,
  streams,
  events,
  everyMs,
}: Record<'streams' | 'events' | 'everyMs', number> & { url: string }) {
  const pool = new Pool(url, { connections: streams, pipelining: 1 })
  let pieces = 0
  const read = async (): Promise<void> => {
    const { statusCode, body } = await pool.request(post(`${PATH}?events=${events}&every=${everyMs}`))
    let bytes = 0
    for await (const chunk of body) {
      pieces += 1
      bytes += chunk.length
    }
    expectAnswer(statusCode, bytes, streamBytes(events))
  }
  await Promise.all(Array.from({ length: streams }, read))
  await pool.destroy()
  return pieces
}

/** Milliseconds from sending a request to its stream's first chunk, one request at a time, the targets shuffled anew. */
async function firstChunks({ targets, rounds }: { targets: Record<string, string>; rounds: number }) {
  const clients = Object.entries(targets).map(([name, url]) => ({
    name,
    client: new Client(url),
    times: [] as number[],
  }))
  for (let round = 0; round < rounds; round += 1) {
    // What a target still does after its answer must not fall on the same neighbour every time.
    for (const { client, times } of shuffle(clients)) times.push(await firstChunk(client))
  }
  for (const { client } of clients) await client.destroy()
  return Object.fromEntries(clients.map(({ name, times }) => [name, times]))
}

function shuffle<Item>(items: readonly Item[]): Item[] {
  return items
    .map((item) => ({ item, place: Math.random() }))
    .sort((one, other) => one.place - other.place)
    .map(({ item }) => item)
}

async function firstChunk(client: Client): Promise<number> {
  const began = performance.now()
  const { statusCode, body } = await client.request(post(`${PATH}?events=1&every=0`))
  let took: number | undefined
  let text = ''
  body.on('data', (chunk: Buffer) => {
    took ??= performance.now() - began
    text += chunk
  })
  await once(body, 'end')
  expectAnswer(statusCode, text, EVENT + LAST_EVENT)
  return took ?? Number.NaN
}

/** Readers that take the head and then nothing more, until they are released. */
async function stall({ url, readers, mebibytes }: { url: string; readers: number; mebibytes: number }) {
  const target = `${url}${PATH}?mebibytes=${mebibytes}`
  stalled = Array.from({ length: readers }, () => httpRequest(target, { headers, agent: false }).end())
  await Promise.all(
    stalled.map(async (request) => {
      const [response] = (await once(request, 'response')) as [IncomingMessage]
      request.on('error', () => undefined)
      expectAnswer(response.statusCode, response.headers['content-length'], String(mebibytes * 2 ** 20))
    }),
  )
}

function release(): void {
  for (const request of stalled.splice(0)) request.destroy()
}

const post = (path: string): Dispatcher.RequestOptions => ({ method: 'POST', path, headers, body: REQUEST_BODY })

function expectAnswer(status: number | undefined, found: unknown, expected: unknown): void {
  if (status === 200 && found === expected) return
  throw new Error(`an answer was wrong: status ${status}, ${JSON.stringify(found)?.slice(0, 200)}`)
}
