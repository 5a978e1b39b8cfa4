import { subscribe } from 'node:diagnostics_channel';
import type { FastifyInstance } from 'fastify';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { problemKind, PROBLEM_CODES, type ProblemCode } from '../../../src/api/problems/problem.ts';
import { eventsOf, lifecycles, orderLifecycle, returnLifecycle } from '../../../src/domain/lifecycles.ts';
import { OPERATIONS, type Access } from '../../../src/identity/operations.ts';
import { useApi } from '../../support/api.ts';
import type { Operation } from '../../support/http/contract.ts';

/** Every route as it is registered: Fastify publishes each instance before anything is added to it. */
const routes: string[] = [];
subscribe('fastify.initialization', (message) => {
  const { fastify } = message as { fastify: FastifyInstance };
  fastify.addHook('onRoute', ({ method, url }) => {
    for (const each of [method].flat()) routes.push(`${each} ${url}`);
  });
});
const api = useApi();

interface Described {
  readonly name: string;
  readonly operation: Operation;
}

function operations(): Described[] {
  return Object.entries(api.contract.document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ name: `${method.toUpperCase()} ${path}`, operation })),
  );
}

/** Every object in `value`, however deep. */
function* objectsIn(value: unknown): Generator<Readonly<Record<string, unknown>>> {
  if (typeof value !== 'object' || value === null) return;
  if (!Array.isArray(value)) yield value as Readonly<Record<string, unknown>>;
  for (const part of Object.values(value)) yield* objectsIn(part);
}

/** Codes that only a worker's own commands meet. */
const NOT_IN_THE_API: readonly ProblemCode[] = [
  'refund.attempt_superseded',
  'route.not_found',
  'route.method_not_allowed',
];

describe('the OpenAPI document', () => {
  it('is OpenAPI 3.1, the same at /openapi.json and behind /docs', async () => {
    const answer = await api.app.inject({ url: '/openapi.json' });
    expect(answer.statusCode).toBe(200);
    expect(answer.json()).toEqual(api.contract.document);
    expect(api.contract.document.openapi).toMatch(/^3\.1\.\d$/);
    expect((await api.app.inject({ url: '/docs/json' })).json()).toEqual(api.contract.document);
    expect(parse((await api.app.inject({ url: '/docs/yaml' })).body)).toEqual(api.contract.document);
    expect((await api.app.inject({ url: '/docs' })).body).toContain('swagger-ui');
  });

  it('describes the routes that there are, no more and no fewer', () => {
    const own = routes
      .filter((route) => !/^HEAD|^OPTIONS| \/docs| \/console| \/openapi\.json$/.test(route))
      .map((route) => route.replaceAll(/:(\w+)/g, '{$1}'));
    expect(own.length).toBeGreaterThan(25);
    expect(
      operations()
        .map(({ name }) => name)
        .toSorted(),
    ).toEqual(own.toSorted());
  });

  it('has a route for every event that a person may cause, and for no other', () => {
    const posts = operations().flatMap(
      ({ name }) => /^POST \/v1\/(\w+)\/\{id\}\/(\w+)$/.exec(name)?.slice(1).join(' ') ?? [],
    );
    const events = [
      ...eventsOf(orderLifecycle).map((event) => `orders ${event}`),
      ...eventsOf(returnLifecycle).map((event) => `returns ${event}`),
      'orders returns',
      'orders payments',
      'orders refunds',
      'payments capture',
      'payments void',
      'refunds approve',
      'refunds record',
      'refunds reject',
      'refunds retry',
      'jobs dismiss',
      'jobs retry',
      'keys rotate',
      'people reset',
    ];
    expect(posts.toSorted()).toEqual(events.toSorted());
    const enums = [...objectsIn(api.contract.document)].flatMap((each) =>
      Array.isArray(each['enum']) ? [each['enum']] : [],
    );
    for (const { states } of lifecycles) expect(enums).toContainEqual(states);
  });

  it('leads with every reference to something that is there', () => {
    const references = [...objectsIn(api.contract.document)].flatMap((each) =>
      typeof each['$ref'] === 'string' ? [each['$ref']] : [],
    );
    expect(references.length).toBeGreaterThan(50);
    for (const reference of references) api.contract.resolve(reference);
  });

  it('gives every operation a name of its own, a summary, a known tag, and an answer that is described', () => {
    const ids = operations().map(({ operation }) => operation.operationId);
    expect(new Set(ids).size).toBe(ids.length);
    const tags = api.contract.document.tags.map(({ name }) => name);
    expect(new Set(tags).size).toBe(tags.length);
    for (const { name, operation } of operations()) {
      expect(operation.operationId, name).toMatch(/^[a-z][A-Za-z]+$/);
      expect(operation.summary, name).toMatch(/^[A-Z].{5,}/);
      expect(operation.tags, name).toHaveLength(1);
      expect(tags, name).toContain(operation.tags?.[0]);
      const good = Object.entries(operation.responses).filter(([status]) => status.startsWith('2') || status === '303');
      expect(good, name).toHaveLength(1);
      for (const mediaType of Object.values(good[0]?.[1].content ?? {})) expect(mediaType.schema, name).toBeDefined();
      // What sends a browser on has nothing to read.
      expect(Object.keys(good[0]?.[1].content ?? {}), name).toHaveLength(good[0]?.[0] === '303' ? 0 : 1);
    }
  });

  it('takes as `after` what it answers as `next`: a text, in every list', () => {
    const lists = operations().flatMap(({ name, operation }) =>
      (operation.parameters ?? []).flatMap((each) => (each.name === 'after' ? [{ name, schema: each.schema }] : [])),
    );
    expect(lists.length).toBeGreaterThan(5);
    for (const { name, schema } of lists) expect(schema, name).toMatchObject({ type: 'string' });
  });

  it('gives every operation its error answers, with an example for each code, of its status and its shape', () => {
    for (const { name, operation } of operations()) {
      const errors = Object.entries(operation.responses).filter(([status]) => /^[45]/.test(status));
      const codes: string[] = [];
      for (const [status, { content }] of errors) {
        const mediaType = content?.['application/problem+json'];
        if (name === 'GET /ready' && status === '503') continue;
        expect(mediaType, `${name} ${status}`).toBeDefined();
        for (const [code, { value }] of Object.entries(mediaType?.examples ?? {})) {
          api.contract.checkValue(mediaType?.schema ?? {}, value, `${name} ${code}`);
          expect(value, `${name} ${code}`).toMatchObject({ code, status: Number(status) });
          codes.push(code);
        }
      }
      const least = ['request.malformed', 'request.timeout', 'request.header_too_large', 'service.error'];
      const business = ['request.invalid', 'service.unavailable', 'service.overloaded'];
      const door = ['auth.required', 'auth.invalid', 'auth.secret_in_url', 'auth.forbidden', 'auth.cross_site'];
      const posted = ['request.too_large', 'request.unsupported_media_type'];
      const changing = ['idempotency.key_reused', 'service.outcome_unknown'];
      expect(codes, name).toEqual(expect.arrayContaining(least));
      if (name.includes('/v1/')) expect(codes, name).toEqual(expect.arrayContaining(business));
      if (name.startsWith('POST')) expect(codes, name).toEqual(expect.arrayContaining(posted));
      // What concerns keys does not go through the engine, and holds secrets that are not kept; a gateway's webhook is
      // known by its event instead of a key.
      const isKeyless = operation.tags?.[0] === 'identity' || name === 'POST /v1/webhooks/{gateway}';
      if (name.startsWith('POST') && !isKeyless) {
        expect(codes, name).toEqual(expect.arrayContaining(changing));
      }
      if (operation.security) expect(codes, name).toEqual(expect.arrayContaining(door));
      if (name.includes('{id}'))
        expect(
          codes.some((code) => code.endsWith('.not_found')),
          name,
        ).toBe(true);
    }
  });

  it('says of every operation who may do it, as the table of operations has it, and of none that is not there', () => {
    const described = operations().map(({ operation }) => [operation.operationId, operation['x-roles']] as const);
    expect(Object.fromEntries(described)).toEqual(
      Object.fromEntries(
        Object.entries(OPERATIONS).map(([id, access]: [string, Access]) => [
          id,
          access === 'everyone' ? ['everyone'] : access,
        ]),
      ),
    );
    for (const { name, operation } of operations()) {
      expect(operation.security, name).toEqual(
        operation['x-roles']?.includes('everyone') ? undefined : [{ key: [] }, { session: [] }],
      );
    }
  });

  it('names every problem code that there is, and no other', () => {
    const named = operations().flatMap(({ operation }) =>
      Object.values(operation.responses).flatMap(({ content }) =>
        Object.keys(content?.['application/problem+json']?.examples ?? {}),
      ),
    );
    const known = PROBLEM_CODES.filter((code) => !NOT_IN_THE_API.includes(code));
    expect([...new Set(named)].toSorted()).toEqual(known.toSorted());
    for (const code of PROBLEM_CODES) {
      expect(problemKind(code).status, code).toBeGreaterThanOrEqual(400);
      expect(problemKind(code).title, code).toMatch(/\.$/);
    }
  });

  it('asks for bodies by examples that fit what is asked', () => {
    const bodies = operations().filter(({ operation }) => operation.requestBody);
    expect(bodies.map(({ name }) => name).toSorted()).toEqual(
      operations()
        .flatMap(({ name }) => (/^(POST|PATCH)/.test(name) ? [name] : []))
        .toSorted(),
    );
    for (const { name, operation } of bodies) {
      const { schema = {}, example, examples } = operation.requestBody?.content['application/json'] ?? {};
      const given = [example, ...Object.values(examples ?? {}).map(({ value }) => value)].filter((each) => each);
      expect(given.length, name).toBeGreaterThan(0);
      for (const each of given) api.contract.checkValue(schema, each, `${name}: the example`);
    }
  });

  it('gives every field and parameter that has examples such as fit it', () => {
    const examples = [...objectsIn(api.contract.document)].flatMap((each): { schema: object; value: unknown }[] => {
      if (Array.isArray(each['examples'])) return each['examples'].map((value: unknown) => ({ schema: each, value }));
      const { schema, example: value } = each;
      return typeof schema === 'object' && schema && value !== undefined ? [{ schema, value }] : [];
    });
    expect(examples.length).toBeGreaterThan(20);
    for (const { schema, value } of examples) api.contract.checkValue(schema, value, JSON.stringify(schema));
  });

  it('says in words which moves there are', () => {
    for (const { moves } of lifecycles) {
      for (const { event, from, to } of moves) {
        expect(api.contract.document.info.description).toContain(`${from} -${event}-> ${to}`);
      }
    }
  });
});
