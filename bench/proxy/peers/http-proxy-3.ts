/** http-proxy-3 as its guide starts it, with connections to the upstream kept alive. */
import { once } from 'node:events'
import { Agent, createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createProxyServer } from 'http-proxy-3'
import { answer } from '../../process/answer.ts'

const agent = new Agent({ keepAlive: true })
const proxy = createProxyServer({ target: process.env.BENCH_UPSTREAM ?? '', agent, changeOrigin: true })
// A reader that leaves is reported here; without a listener it would end the process.
proxy.on('error', () => undefined)
const server = createServer((request, response) => proxy.web(request, response)).listen(0, '127.0.0.1')
await once(server, 'listening')

answer({ port: () => (server.address() as AddressInfo).port })
