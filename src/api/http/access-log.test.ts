import Fastify from 'fastify';
import { expect, it } from 'vitest';
import { silentLogger } from '../../platform/logger.ts';
import { Metrics } from '../metrics.ts';
import { recordAnswer } from './access-log.ts';

it('counts a live stream that has ended, and leaves how long it was open out of the times of answers', async () => {
  const metrics = new Metrics();
  const api = Fastify();
  api.addHook('onResponse', (request, reply, done) => {
    recordAnswer({ logger: silentLogger, metrics }, request, reply);
    done();
  });
  api.get('/v1/stream', { schema: { operationId: 'streamEvents' } }, () => 'data: x');
  api.get('/v1/orders', { schema: { operationId: 'listOrders' } }, () => 'orders');
  for (const url of ['/v1/stream', '/v1/orders']) expect((await api.inject({ url })).statusCode).toBe(200);

  const page = await metrics.page();
  expect(page).toContain('http_requests_total{path="/v1/stream",method="GET",status="200"} 1');
  expect(page).not.toContain('http_request_duration_seconds_count{path="/v1/stream"');
  expect(page).toContain('http_request_duration_seconds_count{path="/v1/orders",method="GET"} 1');
  await api.close();
});
