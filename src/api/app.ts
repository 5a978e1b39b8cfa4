import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import swagger from '@fastify/swagger';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import Fastify, { LogController, type FastifyBaseLogger } from 'fastify';
import { boundBodies } from './access/bodies.ts';
import { guardRoutes } from './access/guard.ts';
import { boundLoad } from './access/load.ts';
import type { Api, ApiDependencies } from './dependencies.ts';
import { recordAnswer, recordBrokenOff } from './http/access-log.ts';
import { refuseAmbiguity } from './http/ambiguous-request.ts';
import { answerClientErrors } from './problems/client-error.ts';
import { answerError } from './problems/errors.ts';
import { addNamedSchemas } from './description/named-schemas.ts';
import { describeApi } from './description/openapi.ts';
import { serveDescription } from './description/serve-description.ts';
import { forbidKeeping } from './http/private-answers.ts';
import { BARE_SECURITY_HEADERS, registerSecurityHeaders } from './http/security-headers.ts';
import { createWebServer } from './http/server.ts';
import { parseStrictJson } from './http/strict-json.ts';
import { answerUnknownRoutes } from './http/unknown-routes.ts';
import { compileValidator } from './http/validation.ts';
import { serveConsole } from './console/serve-console.ts';
import { customerTokenRoutes } from './routes/customer-tokens.ts';
import { customerRoutes } from './routes/customers.ts';
import { NO_BOUNDS } from '../platform/load/load-bounds.ts';
import { createPeopleDesk } from '../identity/people/people-desk.ts';
import { withoutRedaction } from '../platform/logger.ts';
import { eventRoutes } from './routes/events.ts';
import { creditNoteRoutes } from './routes/credit-notes.ts';
import { insightRoutes } from './routes/insight.ts';
import { invoiceRoutes } from './routes/invoices.ts';
import { jobRoutes } from './routes/jobs.ts';
import { liveRoutes } from './routes/live.ts';
import { operationRoutes } from './routes/operations.ts';
import { oneTimeLinkRoutes } from './routes/people/one-time-links.ts';
import { ownAccountRoutes } from './routes/people/own-account.ts';
import { peopleRoutes } from './routes/people/people.ts';
import { oidcRoutes } from './routes/people/oidc.ts';
import { sessionRoutes } from './routes/people/session.ts';
import { keyRoutes } from './routes/keys.ts';
import { meRoutes } from './routes/me.ts';
import { ledgerRoutes } from './routes/money/ledger.ts';
import { orderRoutes } from './routes/orders.ts';
import { paymentRoutes } from './routes/money/payments.ts';
import { refundRequestRoutes } from './routes/money/refund-requests.ts';
import { paymentWebhookRoutes } from './routes/money/payment-webhooks.ts';
import { reconciliationRoutes } from './routes/money/reconciliation.ts';
import { refundRoutes } from './routes/money/refunds.ts';
import { returnRoutes } from './routes/returns.ts';
import { webhookDeliveryRoutes } from './routes/webhooks/webhook-deliveries.ts';
import { webhookEndpointRoutes } from './routes/webhooks/webhook-endpoints.ts';
import { webhookCommandRoutes } from './routes/webhooks/webhook-commands.ts';
import { securityEventRoutes } from './routes/security-events.ts';
import { CustomerErasureSchema, CustomerExportPage, CustomerOrderSchema } from './schemas/customer.ts';
import { EventPage, EventSchema, TransitionEventSchema } from './schemas/event.ts';
import {
  LifecyclesSchema,
  OverviewSchema,
  SearchResultSchema,
  SettingsSchema,
  StatisticsSchema,
} from './schemas/insight.ts';
import {
  OrderPage,
  OrderSchema,
  OrderSummarySchema,
  RefundListSchema,
  RefundPage,
  RefundSchema,
  ReturnPage,
  ReturnSchema,
} from './schemas/order.ts';
import { LedgerEntrySchema, OrderLedgerSchema, TrialBalanceSchema } from './schemas/ledger.ts';
import { PaymentSchema } from './schemas/payment.ts';
import { RefundDueSchema } from './schemas/refund-due.ts';
import {
  ApiKeyPage,
  ApiKeySchema,
  CustomerTokenSchema,
  IssuedKeySchema,
  MeSchema,
  SecurityEventPage,
  SecurityEventSchema,
} from './schemas/identity.ts';
import { CreditNoteSchema, InvoiceSchema } from './schemas/paper.ts';
import {
  JobPage,
  JobSchema,
  ProblemSchema,
  RetriedJobsSchema,
  TransitionPage,
  TransitionSchema,
} from './schemas/record.ts';
import { PEOPLE_SCHEMAS } from './schemas/people.ts';
import { DifferencePage, ComparisonSchema, DifferenceSchema } from './schemas/reconciliation.ts';
import { WEBHOOK_SCHEMAS } from './schemas/webhook.ts';

const MAX_BODY_BYTES = 2 * 1024 * 1024;

/** In the place of Fastify's own compilers, which it then does not load: ours are set right after. */
const NO_COMPILERS = { buildValidator: unwanted, buildSerializer: unwanted };

function unwanted(): never {
  throw new Error('the compilers of schemas are set already');
}

const NAMED_SCHEMAS = [
  ProblemSchema,
  RefundSchema,
  RefundPage,
  RefundListSchema,
  PaymentSchema,
  RefundDueSchema,
  TrialBalanceSchema,
  LedgerEntrySchema,
  OrderLedgerSchema,
  ReturnSchema,
  ReturnPage,
  OrderSummarySchema,
  OrderPage,
  OrderSchema,
  TransitionSchema,
  TransitionPage,
  JobSchema,
  JobPage,
  InvoiceSchema,
  CreditNoteSchema,
  TransitionEventSchema,
  EventSchema,
  EventPage,
  ComparisonSchema,
  DifferenceSchema,
  DifferencePage,
  CustomerOrderSchema,
  CustomerExportPage,
  CustomerErasureSchema,
  ...WEBHOOK_SCHEMAS,
  ...PEOPLE_SCHEMAS,
  MeSchema,
  CustomerTokenSchema,
  ApiKeySchema,
  ApiKeyPage,
  IssuedKeySchema,
  SecurityEventSchema,
  SecurityEventPage,
  RetriedJobsSchema,
  SearchResultSchema,
  OverviewSchema,
  StatisticsSchema,
  LifecyclesSchema,
  SettingsSchema,
];

/** Builds the API without listening, so that tests send requests into the very same app. */
export async function buildApi(dependencies: ApiDependencies): Promise<Api> {
  const logger: FastifyBaseLogger = dependencies.logger;
  const { trustedProxies = [] } = dependencies;
  const record = { logger: withoutRedaction(dependencies.logger), metrics: dependencies.metrics };
  const api: Api = Fastify({
    loggerInstance: logger,
    logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: 'request_id' }),
    bodyLimit: MAX_BODY_BYTES,
    serverFactory: (handler) => createWebServer(handler, dependencies.tls),
    forceCloseConnections: 'idle',
    // What a client says of its own address gains it nothing, unless a proxy of ours says it.
    trustProxy: trustedProxies.length > 0 ? [...trustedProxies] : false,
    genReqId: requestId,
    // While it stops, what arrives on an open connection is still answered, as the last on it.
    return503OnClosing: false,
    schemaController: { compilersFactory: NO_COMPILERS },
    clientErrorHandler: answerClientErrors(dependencies.logger),
    // Of an address that cannot be read: no hook runs for it.
    frameworkErrors: (error, request, reply) => {
      reply.raw.once('finish', () => {
        recordAnswer(record, request, reply);
      });
      reply.headers(BARE_SECURITY_HEADERS);
      answerError(error, request, reply);
    },
  }).withTypeProvider<TypeBoxTypeProvider>();

  api.setValidatorCompiler(compileValidator);
  // Not by the schema: docs/decisions/0038-answers-are-plain-json.md.
  api.setSerializerCompiler(() => JSON.stringify);
  api.setErrorHandler(answerError);
  api.removeAllContentTypeParsers();
  api.addContentTypeParser('application/json', { parseAs: 'buffer' }, (_request, body, done) => {
    try {
      done(null, parseStrictJson(Buffer.from(body)));
    } catch (error) {
      done(error instanceof Error ? error : new Error(String(error)), undefined);
    }
  });

  api.addHook('onRequest', (request, reply, done) => {
    reply.header('X-Request-ID', request.id);
    refuseAmbiguity(request, reply);
    done();
  });
  api.addHook('onSend', (_request, reply, payload, done) => {
    // Kept open, the connection of the last answer would hold the close up for as long as its client likes.
    if (!dependencies.accepting()) reply.header('Connection', 'close');
    done(null, payload);
  });
  // A POST without a body asks for nothing in particular; where a field is needed, its absence is what is told.
  api.addHook('preValidation', (request, _reply, done) => {
    if (request.method === 'POST' && request.body === undefined) request.body = {};
    done();
  });
  api.addHook('onResponse', (request, reply, done) => {
    recordAnswer(record, request, reply);
    done();
  });
  api.addHook('onRequestAbort', (request, done) => {
    recordBrokenOff(record.logger, request);
    done();
  });

  await registerSecurityHeaders(api, dependencies.web);
  answerUnknownRoutes(api);
  guardRoutes(api, dependencies.identity);
  boundLoad(api, dependencies.load ?? NO_BOUNDS, dependencies.metrics);
  boundBodies(api, dependencies.metrics);
  forbidKeeping(api);
  await api.register(swagger, describeApi());
  await serveDescription(api);
  addNamedSchemas(api, NAMED_SCHEMAS);
  const desk = createPeopleDesk(dependencies.pool, dependencies.secretBox);
  // Inside a plugin, so that the description above sees every route.
  await registerRoutes(api, (typed) => {
    orderRoutes(typed, dependencies);
    returnRoutes(typed, dependencies);
    invoiceRoutes(typed, dependencies);
    creditNoteRoutes(typed, dependencies);
    paymentRoutes(typed, dependencies);
    refundRoutes(typed, dependencies);
    refundRequestRoutes(typed, dependencies);
    ledgerRoutes(typed, dependencies);
    reconciliationRoutes(typed, dependencies);
    jobRoutes(typed, dependencies);
    eventRoutes(typed, dependencies);
    customerRoutes(typed, dependencies);
    webhookEndpointRoutes(typed, dependencies);
    webhookCommandRoutes(typed, dependencies);
    webhookDeliveryRoutes(typed, dependencies);
    meRoutes(typed);
    keyRoutes(typed, dependencies);
    sessionRoutes(typed, dependencies, desk);
    oidcRoutes(typed, dependencies, desk);
    ownAccountRoutes(typed, dependencies, desk);
    oneTimeLinkRoutes(typed, dependencies, desk);
    peopleRoutes(typed, dependencies);
    customerTokenRoutes(typed, dependencies);
    securityEventRoutes(typed, dependencies);
    liveRoutes(typed, dependencies);
    insightRoutes(typed, dependencies);
    operationRoutes(typed, dependencies);
  });
  if (dependencies.consoleFolder !== undefined) await serveConsole(api, dependencies.consoleFolder);
  // In a scope of its own, in which bodies stay as they arrive.
  await registerRoutes(api, (typed) => {
    paymentWebhookRoutes(typed, dependencies);
  });
  await api.ready();
  return api;
}

/** By a promise: what a plugin with a callback throws is nobody's error, and the API would only not be ready in time. */
async function registerRoutes(api: Api, register: (typed: Api) => void): Promise<void> {
  await api.register(
    (routes) =>
      new Promise<void>((resolve) => {
        register(routes.withTypeProvider<TypeBoxTypeProvider>());
        resolve();
      }),
  );
}

const REQUEST_ID = /^[\w.:-]{1,128}$/;

/** Taken from the client, when it is one that a log line can carry as it is; made otherwise. */
function requestId({ headers }: IncomingMessage): string {
  const given = headers['x-request-id'];
  return typeof given === 'string' && REQUEST_ID.test(given) ? given : randomUUID();
}
