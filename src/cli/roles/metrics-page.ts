import Fastify from 'fastify';
import type { Metrics } from '../../api/metrics.ts';
import type { Config } from '../../platform/config.ts';
import { listen } from './listen.ts';
import type { Role } from './role.ts';

/** A worker serves no API; this is what a supervisor and Prometheus see of it. Undefined without METRICS_PORT. */
export async function startMetricsPage(
  config: Config,
  metrics: Metrics,
): Promise<(Role & { url: string }) | undefined> {
  if (config.metricsPort === undefined) return undefined;
  const page = Fastify({ requestTimeout: 5_000 });
  page.get('/health', () => ({ status: 'ok' }));
  page.get('/metrics', async (_request, reply) => reply.type(metrics.contentType).send(await metrics.page()));
  const url = await listen(page, { host: config.host, port: config.metricsPort, portSetting: 'METRICS_PORT' });
  return { url, stop: () => page.close() };
}
