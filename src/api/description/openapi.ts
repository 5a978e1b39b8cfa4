import type { FastifyDynamicSwaggerOptions } from '@fastify/swagger';
import { lifecycles } from '../../domain/lifecycles.ts';

/** What the OpenAPI document says besides its operations. */
export function describeApi(): FastifyDynamicSwaggerOptions {
  return {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Roundtrip',
        version: '1.0.0',
        description: [
          'Order and returns management: orders go out, returns come back, money and paper follow.',
          'Amounts are whole minor units (`_minor`) of the currency beside them. Times are UTC. Lists are newest ' +
            'first, records and the event feed oldest first; hand `next` back as `after` for the following page.',
          'Errors are RFC 9457 problem details with a stable `code`. Every answer carries `X-Request-ID`.',
          ...lifecycles.map(
            ({ entity, initial, moves }) =>
              `**${entity}** (starts ${initial}): ${moves.map(({ event, from, to }) => `${from} -${event}-> ${to}`).join(', ')}`,
          ),
        ].join('\n\n'),
        license: { name: 'MIT', identifier: 'MIT' },
      },
      components: {
        securitySchemes: {
          key: { type: 'http', scheme: 'bearer', description: 'An API key, `rt_live_…`' },
          session: {
            type: 'apiKey',
            in: 'cookie',
            name: 'roundtrip',
            description:
              'The session of a person, by the cookie that `POST /v1/session` sets; `__Host-roundtrip` behind TLS. ' +
              'Whatever changes something needs the header `X-CSRF-Protection: 1` as well.',
          },
        },
      },
      tags: [
        { name: 'orders', description: 'From placed to delivered or cancelled' },
        { name: 'returns', description: 'From requested to completed or rejected' },
        {
          name: 'payments',
          description:
            'What comes in for an order, here or through a gateway; what the gateways tell, and whether their books agree ' +
            'with ours',
        },
        { name: 'refunds', description: 'What goes back through the payment gateway' },
        { name: 'invoices', description: 'What a shipped order was invoiced' },
        { name: 'credit notes', description: 'What was taken back of an invoice' },
        { name: 'ledger', description: 'The books, in double entry' },
        { name: 'jobs', description: 'Work behind the scenes, and its dead letters' },
        { name: 'events', description: 'The feed for others' },
        { name: 'customers', description: 'What is held on a customer, and its erasure' },
        { name: 'webhooks', description: 'Who is told of which events, and what came of it' },
        { name: 'identity', description: 'Who may come in, and what they may do' },
        { name: 'operations', description: 'Health, readiness, metrics' },
      ],
    },
    refResolver: {
      buildLocalReference: (json, _baseUri, _fragment, index) =>
        typeof json.$id === 'string' ? json.$id : `def-${index}`,
    },
  };
}
