import type { FastifyRequest } from 'fastify';
import { createKey, listKeys, readKey, revokeKey, rotateKey, type ApiKey } from '../../identity/keys/api-keys.ts';
import type { Database } from '../../identity/people/people.ts';
import type { SecurityEvent, SecurityEventName } from '../../identity/security-log.ts';
import { refuseWiderKey } from '../access/widening.ts';
import type { Api, ApiDependencies } from '../dependencies.ts';
import { problemAnswers, READS_BODY } from '../description/documentation.ts';
import { instantOf } from '../lists/instant.ts';
import { refuseIdempotencyKey } from '../http/secret-answer.ts';
import { pageRequestOf, pageView } from '../lists/list-query.ts';
import { ProblemError } from '../problems/problem.ts';
import { IdParameters, ref } from '../schemas/common.ts';
import {
  ApiKeyPage,
  ApiKeySchema,
  DEFAULT_OVERLAP_SECONDS,
  IssuedKeySchema,
  KeyListQuery,
  KeyRotation,
  NewKey,
} from '../schemas/identity.ts';
import { keyView } from '../views/identity.ts';

export function keyRoutes(api: Api, { pool, identity }: ApiDependencies): void {
  const found = async (id: number, database: Database = pool): Promise<ApiKey> => {
    const key = await readKey(database, id);
    if (key) return key;
    throw new ProblemError('key.not_found', `No key has the id ${id}.`);
  };

  api.post(
    '/v1/keys',
    {
      schema: {
        operationId: 'createKey',
        tags: ['identity'],
        summary: 'Make an API key',
        description:
          'The answer holds the secret, once. It is therefore never kept under an Idempotency-Key. A key makes none that ' +
          'may do more than itself, or lasts longer.',
        body: NewKey,
        response: {
          201: { description: 'The key, with its secret', ...ref(IssuedKeySchema) },
          ...problemAnswers(...READS_BODY, 'key.name_taken', 'service.outcome_unknown'),
        },
      },
    },
    async (request, reply) => {
      const { name, role, operations = null, expires_at: expiry } = request.body;
      refuseIdempotencyKey(request);
      const expiresAt = futureOf(expiry);
      refuseWiderKey(identity, request, 'createKey', { operations, expiresAt });
      const { actor: createdBy } = request.principal;
      const made = await identity.securityLog.change(pool, async (client, record) => {
        const issued = await createKey(client, { name, role, operations, expiresAt, createdBy });
        if (!issued) return undefined;
        record(keyEvent('key.created', request, name));
        return { key: await found(issued.id, client), secret: issued.secret };
      });
      if (!made) throw new ProblemError('key.name_taken', `A key has, or had, the name ${name}.`);
      const { key, secret } = made;
      identity.changed();
      return reply
        .code(201)
        .header('Location', `/v1/keys/${key.id}`)
        .header('Cache-Control', 'no-store')
        .send({ ...keyView(key), secret });
    },
  );

  api.get(
    '/v1/keys',
    {
      schema: {
        operationId: 'listKeys',
        tags: ['identity'],
        summary: 'List API keys, newest first',
        querystring: KeyListQuery,
        response: { 200: { description: 'A page of keys', ...ref(ApiKeyPage) }, ...problemAnswers() },
      },
    },
    async ({ query }) => pageView(await listKeys(pool, pageRequestOf(query, 'keys')), keyView, 'keys'),
  );

  api.get(
    '/v1/keys/:id',
    {
      schema: {
        operationId: 'getKey',
        tags: ['identity'],
        summary: 'Read one API key',
        params: IdParameters,
        response: { 200: { description: 'The key', ...ref(ApiKeySchema) }, ...problemAnswers('key.not_found') },
      },
    },
    async ({ params }) => keyView(await found(params.id)),
  );

  api.post(
    '/v1/keys/:id/rotate',
    {
      schema: {
        operationId: 'rotateKey',
        tags: ['identity'],
        summary: 'Give an API key a new secret',
        description:
          'The secrets before stay good for the overlap, so that programs can change over one by one. What the key ' +
          'made, its name and its idempotency keys stay its own. A key gives no secret to one that may do more than ' +
          'itself, or lasts longer.',
        params: IdParameters,
        body: KeyRotation,
        response: {
          200: { description: 'The key, with its new secret', ...ref(IssuedKeySchema) },
          ...problemAnswers(...READS_BODY, 'key.not_found', 'key.revoked', 'service.outcome_unknown'),
        },
      },
    },
    async (request, reply) => {
      refuseIdempotencyKey(request);
      const { overlap_seconds: overlapSeconds = DEFAULT_OVERLAP_SECONDS } = request.body;
      const { key, secret } = await identity.securityLog.change(pool, async (client, record) => {
        const before = await found(request.params.id, client);
        refuseWiderKey(identity, request, 'rotateKey', before);
        const issued = await rotateKey(client, before.id, overlapSeconds);
        if (!issued) throw new ProblemError('key.revoked', 'The key is revoked, for good: make another.');
        record(keyEvent('key.rotated', request, before.name));
        return { key: await found(before.id, client), secret: issued.secret };
      });
      identity.changed();
      return reply.header('Cache-Control', 'no-store').send({ ...keyView(key), secret });
    },
  );

  api.delete(
    '/v1/keys/:id',
    {
      schema: {
        operationId: 'revokeKey',
        tags: ['identity'],
        summary: 'Revoke an API key, for good',
        description:
          'From this answer on the process that gave it refuses the key, and within a second every other. A key that ' +
          'is revoked already stays as it is.',
        params: IdParameters,
        response: {
          200: { description: 'The key', ...ref(ApiKeySchema) },
          ...problemAnswers('key.not_found', 'service.outcome_unknown'),
        },
      },
    },
    async (request) => {
      const before = await found(request.params.id);
      if (before.revokedAt) return keyView(before);
      const key = await identity.securityLog.change(pool, async (client, record) => {
        await revokeKey(client, before.id, request.principal.actor);
        record(keyEvent('key.revoked', request, before.name));
        return found(before.id, client);
      });
      identity.changed();
      return keyView(key);
    },
  );
}

/** What a request does about a key, as it goes on record. */
function keyEvent(
  event: SecurityEventName,
  { id: requestId, principal, ip: address }: FastifyRequest,
  name: string,
): SecurityEvent {
  return { event, actor: principal.actor, requestId, address, detail: `key:${name}` };
}

/** @throws ProblemError naming the field when the time is past */
function futureOf(text: string | undefined): Date | null {
  const instant = instantOf(text, 'expires_at');
  if (!instant) return null;
  if (instant.getTime() > Date.now()) return instant;
  const message = 'must be in the future';
  throw new ProblemError('request.invalid', `expires_at ${message}`, { errors: [{ field: 'expires_at', message }] });
}
