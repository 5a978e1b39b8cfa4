import { Type } from 'typebox';
import { confirmWritable } from '../../platform/database/writable.ts';
import type { Api, ApiDependencies } from '../dependencies.ts';
import { bareProblemAnswers, guardedProblemAnswers } from '../description/documentation.ts';

const Check = Type.Object({ status: Type.Enum(['ok', 'failing'] as const), detail: Type.Optional(Type.String()) });
const Readiness = Type.Object({
  status: Type.Enum(['ready', 'degraded', 'not_ready'] as const),
  checks: Type.Record(Type.String(), Check),
});

export function operationRoutes(
  api: Api,
  { identity, metrics, metricsOfAll, brokerReady, accepting }: ApiDependencies,
): void {
  api.get(
    '/health',
    {
      schema: {
        operationId: 'getHealth',
        tags: ['operations'],
        summary: 'Whether the process lives',
        response: {
          200: { description: 'It does', ...Type.Object({ status: Type.Literal('ok') }) },
          ...bareProblemAnswers(),
        },
      },
    },
    () => ({ status: 'ok' }) as const,
  );

  api.get(
    '/ready',
    {
      schema: {
        operationId: 'getReadiness',
        tags: ['operations'],
        summary: 'Whether requests should be sent here',
        response: {
          200: { description: 'They should', ...Readiness },
          503: { description: 'They should not', ...Readiness },
          ...bareProblemAnswers(),
        },
      },
    },
    async (_request, reply) => {
      // On a connection that no report holds: a pool that is busy is no database that is away.
      const database = await confirmWritable(identity.pool).then(
        () => ({ status: 'ok' as const }),
        () => ({ status: 'failing' as const, detail: 'the database does not answer, or takes no writes' }),
      );
      const process = accepting()
        ? { status: 'ok' as const }
        : { status: 'failing' as const, detail: 'the process is stopping' };
      const ready = database.status === 'ok' && process.status === 'ok';
      const checks: Record<string, Type.Static<typeof Check>> = { database, process };
      if (brokerReady) checks['broker'] = brokerCheck(brokerReady());
      // Without the broker requests are answered all the same; what they cause waits in the database.
      const degraded = brokerReady?.() === false;
      return reply
        .code(ready ? 200 : 503)
        .send({ status: ready ? (degraded ? 'degraded' : 'ready') : 'not_ready', checks });
    },
  );

  api.get(
    '/metrics',
    {
      schema: {
        operationId: 'getMetrics',
        tags: ['operations'],
        summary: 'The metrics of this web, all its processes together, for Prometheus',
        response: {
          200: { description: 'Text', content: { 'text/plain': { schema: Type.String() } } },
          ...guardedProblemAnswers(),
        },
      },
    },
    async (_request, reply) => reply.type(metrics.contentType).send(await metrics.page(await metricsOfAll?.())),
  );
}

function brokerCheck(ready: boolean): Type.Static<typeof Check> {
  return ready ? { status: 'ok' } : { status: 'failing', detail: 'the broker takes no messages; jobs wait' };
}
