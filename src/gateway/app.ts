import { randomUUID } from 'node:crypto';
import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import Fastify, { LogController, type FastifyBaseLogger } from 'fastify';
import type { Pool } from 'pg';
import type { Logger } from '../platform/logger.ts';
import { Repeating } from '../platform/repeating.ts';
import { EVENT_LOG, NO_EVENTS } from './books/event-log.ts';
import { PaymentBook } from './books/payment-book.ts';
import { RefundBook } from './books/refund-book.ts';
import { settlePending } from './books/settlement.ts';
import { FaultBoard } from './faults.ts';
import { answerGatewayError, answerNothingHere } from './problem.ts';
import { faultRoutes } from './routes/faults.ts';
import { healthRoutes } from './routes/health.ts';
import { paymentRoutes } from './routes/payments.ts';
import { refundRoutes } from './routes/refunds.ts';
import type { GatewayApp } from './types.ts';
import { compileValidator } from './validation.ts';
import { deliverEvents, type WebhookTarget } from './webhooks/sender.ts';

export interface GatewayOptions {
  readonly pool: Pool;
  readonly logger: Logger;
  /** Where payments and refunds are told of by webhook; undefined: nowhere. */
  readonly webhooks?: WebhookTarget;
}

const MAX_BODY_BYTES = 64 * 1024;
/** Node's own limits are off or generous; see src/api/app.ts. */
const SERVER_TIMEOUTS = { headersTimeout: 5_000, connectionsCheckingInterval: 1_000 };
const REQUEST_TIMEOUT_MS = 10_000;
/** How late what settles by itself may be. */
const POLL_INTERVAL_MS = 200;

/** A payment gateway for development, demonstrations and fault tests. Builds without listening. */
export async function buildGateway({ pool, logger, webhooks }: GatewayOptions): Promise<GatewayApp> {
  const log: FastifyBaseLogger = logger;
  const gateway: GatewayApp = Fastify({
    loggerInstance: log,
    logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: 'request_id' }),
    bodyLimit: MAX_BODY_BYTES,
    requestTimeout: REQUEST_TIMEOUT_MS,
    http: SERVER_TIMEOUTS,
    // A refund under way is still answered on close: cut off, its caller would have to ask what became of it.
    forceCloseConnections: 'idle',
    return503OnClosing: false,
    // The schemas refuse these keys as they refuse every unknown one, by name; only known fields are ever read.
    onProtoPoisoning: 'ignore',
    onConstructorPoisoning: 'ignore',
    genReqId: () => randomUUID(),
    frameworkErrors: answerGatewayError,
  }).withTypeProvider<TypeBoxTypeProvider>();
  const faults = new FaultBoard(pool);
  const events = webhooks ? EVENT_LOG : NO_EVENTS;
  const payments = new PaymentBook(pool, events);
  const refunds = new RefundBook(pool, events);
  const clockwork = new Repeating({
    what: 'settling and telling of payments',
    step: async () => {
      const more = await settlePending(pool, events);
      return (webhooks !== undefined && (await deliverEvents(pool, webhooks, logger))) || more;
    },
    logger,
    pollIntervalMs: POLL_INTERVAL_MS,
  });

  gateway.setValidatorCompiler(compileValidator);
  gateway.setErrorHandler(answerGatewayError);
  gateway.setNotFoundHandler(answerNothingHere);
  gateway.addHook('onRequest', (request, reply, done) => {
    reply.header('X-Request-ID', request.id);
    // On close, since an answer that a fault or the caller cut off never finishes, and is logged as well.
    reply.raw.once('close', () => {
      logger.info(
        {
          request_id: request.id,
          method: request.method,
          path: request.routeOptions.url ?? 'unmatched',
          status: reply.raw.writableFinished ? reply.statusCode : null,
          duration_ms: Math.round(reply.elapsedTime),
          idempotency_key: request.headers['idempotency-key'],
        },
        'gateway request',
      );
    });
    done();
  });
  let isClosing = false;
  gateway.addHook('preClose', () => {
    isClosing = true;
    faults.close();
  });
  gateway.addHook('onClose', () => clockwork.stop());
  gateway.addHook('onSend', (_request, reply, payload, done) => {
    // Kept open, the connection of a late answer would hold the close up for as long as its client likes.
    if (isClosing) reply.header('Connection', 'close');
    done(null, payload);
  });

  await gateway.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Roundtrip local payment gateway',
        version: '1.0.0',
        description:
          'Stands in for a payment provider: payments and refunds with idempotency keys, signed webhooks, and faults on demand.',
      },
    },
  });
  await gateway.register(swaggerUi, { routePrefix: '/docs' });
  await gateway.register((routes, _options, done) => {
    const typed = routes.withTypeProvider<TypeBoxTypeProvider>();
    paymentRoutes(typed, { pool, book: payments, faults });
    refundRoutes(typed, { book: refunds, faults });
    faultRoutes(typed, faults);
    healthRoutes(typed, pool);
    done();
  });
  gateway.get('/openapi.json', { schema: { hide: true } }, () => gateway.swagger());
  await gateway.ready();
  clockwork.start();
  return gateway;
}
