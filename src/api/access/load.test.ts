import Fastify from 'fastify';
import { afterEach, expect, it } from 'vitest';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import { Metrics } from '../metrics.ts';
import { boundLoad } from './load.ts';

const MOST_DELAY_MS = 60;
let jammed = false;
afterEach(() => {
  jammed = false;
});

/** Turn after turn that is twice as long as is borne. */
function jam(): void {
  if (!jammed) return;
  const until = performance.now() + 2 * MOST_DELAY_MS;
  while (performance.now() < until);
  setImmediate(jam);
}

it('refuses with 503 while the event loop is late, answers health all the while, and takes on more once it turns again', async () => {
  const api = Fastify().withTypeProvider<TypeBoxTypeProvider>();
  const metrics = new Metrics();
  boundLoad(api, { mostInProgress: 0, mostInProgressPerCaller: 0, mostEventLoopDelayMs: MOST_DELAY_MS }, metrics);
  api.setErrorHandler((_error, _request, reply) => reply.code(503).send());
  api.get('/orders', { schema: { operationId: 'listOrders' } }, () => 'orders');
  api.get('/stream', { schema: { operationId: 'streamEvents' } }, () => 'stream');
  api.get('/health', { schema: { operationId: 'getHealth' } }, () => 'ok');
  const statusOf = async (url: string) => (await api.inject({ url })).statusCode;

  await expect.poll(() => statusOf('/orders'), { timeout: 10_000 }).toBe(200);
  jammed = true;
  jam();
  await expect.poll(() => statusOf('/orders'), { timeout: 10_000 }).toBe(503);
  expect(await statusOf('/stream')).toBe(503);
  expect(await statusOf('/health')).toBe(200);
  jammed = false;
  await expect.poll(() => statusOf('/orders'), { timeout: 10_000 }).toBe(200);
  expect(await metrics.page()).toMatch(/http_requests_shed_total\{reason="event_loop"\} [1-9]/);
  await api.close();
});

it('counts what is open to everyone once its body is in, and gives the place back when it is answered', async () => {
  const api = Fastify().withTypeProvider<TypeBoxTypeProvider>();
  boundLoad(api, { mostInProgress: 1, mostInProgressPerCaller: 0, mostEventLoopDelayMs: 0 }, new Metrics());
  api.setErrorHandler((_error, _request, reply) => reply.code(503).send());
  const begun = Promise.withResolvers<undefined>();
  const held = Promise.withResolvers<string>();
  api.post('/session', { schema: { operationId: 'signIn' } }, () => {
    begun.resolve(undefined);
    return held.promise;
  });
  const signIn = () => api.inject({ method: 'POST', url: '/session', payload: { email: 'asha@shop.example' } });

  const first = signIn();
  await begun.promise;
  expect((await signIn()).statusCode).toBe(503);
  held.resolve('signed in');
  expect((await first).statusCode).toBe(200);
  expect((await signIn()).statusCode).toBe(200);
  await api.close();
});
