/** @fastify/http-proxy as its readme starts it, without a log. */
import type { AddressInfo } from 'node:net'
import httpProxy from '@fastify/http-proxy'
import { fastify } from 'fastify'
import { answer } from '../../process/answer.ts'

const app = fastify({ logger: false })
await app.register(httpProxy, { upstream: process.env.BENCH_UPSTREAM ?? '', prefix: '/' })
await app.listen({ host: '127.0.0.1', port: 0 })

answer({ port: () => (app.server.address() as AddressInfo).port })
