// Fastify with fast-jwt and its cache: what its manual shows, for one route.
import Fastify from 'fastify'
import { createVerifier } from 'fast-jwt'

const { SECRET, ISSUER, AUDIENCE, PORT } = process.env

const verify = createVerifier({
  key: SECRET,
  algorithms: ['HS256'],
  allowedIss: ISSUER,
  allowedAud: AUDIENCE,
  requiredClaims: ['exp', 'iss', 'aud', 'sub'],
  cache: 5000,
})

const text = { type: 'string' }
const body = {
  type: 'object',
  required: ['id', 'method', 'params'],
  properties: {
    id: text,
    method: text,
    params: {
      type: 'object',
      required: ['message', 'skillId'],
      properties: {
        skillId: text,
        message: {
          type: 'object',
          required: ['messageId', 'role', 'parts'],
          properties: {
            messageId: text,
            role: text,
            parts: {
              type: 'array',
              minItems: 1,
              items: { type: 'object', required: ['kind', 'text'], properties: { kind: text, text } },
            },
          },
        },
      },
    },
  },
}

const server = Fastify({ keepAliveTimeout: 600_000, connectionTimeout: 0, requestTimeout: 0 })

server.post('/', {
  schema: { body },
  onRequest: async (request, reply) => {
    const [scheme, token] = (request.headers.authorization ?? '').split(' ')
    try {
      if (scheme !== 'Bearer') throw new Error('no token')
      request.claims = verify(token)
    } catch {
      return reply.code(401).send({ error: 'invalid_token' })
    }
  },
  handler: async (request, reply) => {
    const { id, params: { message, skillId } } = request.body
    const { sub, scope = '' } = request.claims
    if (skillId !== 'public_echo' && !scope.split(' ').includes('basic')) {
      return reply.code(403).send({ error: 'insufficient_scope' })
    }
    return {
      jsonrpc: '2.0',
      id,
      result: {
        kind: 'task',
        id: '00000000-0000-4000-8000-000000000000',
        contextId: '00000000-0000-4000-8000-000000000001',
        status: { state: 'completed', timestamp: '2026-01-01T00:00:00.000Z' },
        artifacts: [{
          artifactId: '00000000-0000-4000-8000-000000000002',
          name: 'reply',
          parts: [{ kind: 'text', text: `Echo from ${sub}: ${message.parts[0].text}` }],
        }],
        history: [message],
      },
    }
  },
})

await server.listen({ host: '127.0.0.1', port: Number(PORT) })
