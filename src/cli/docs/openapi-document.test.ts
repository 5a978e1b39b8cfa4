import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { FastifyInstance, RouteOptions } from 'fastify';
import { expect, it, onTestFinished } from 'vitest';
import { openapiDocument } from './openapi-document.ts';

const PATIENCE_MS = 60_000;

/** Has `change` done to each route of the next API as it is registered. */
function changeRoutes(change: (route: RouteOptions) => void): void {
  const onInitialization = (message: unknown) => {
    (message as { fastify: FastifyInstance }).fastify.addHook('onRoute', change);
  };
  subscribe('fastify.initialization', onInitialization);
  onTestFinished(() => {
    unsubscribe('fastify.initialization', onInitialization);
  });
}

it(
  'an API with a route that nobody has said who may use does not start, and says which',
  { timeout: PATIENCE_MS },
  async () => {
    changeRoutes((route) => {
      if (route.url === '/v1/ledger/trial-balance') route.schema = { ...route.schema, operationId: 'unheardOf' };
    });
    await expect(openapiDocument()).rejects.toThrow('unheardOf (/v1/ledger/trial-balance) is not in the table');
  },
);

it('an API with a route that refers to a schema which was not added does not start, and says which', async () => {
  changeRoutes((route) => {
    if (route.url !== '/v1/ledger/trial-balance') return;
    route.schema = { ...route.schema, response: { 200: { description: 'A report', $ref: 'Unheard' } } };
  });
  await expect(openapiDocument()).rejects.toThrow('/v1/ledger/trial-balance refers to the schema Unheard');
});
