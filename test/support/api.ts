import { randomBytes } from 'node:crypto';
import type { InjectOptions, LightMyRequestResponse } from 'fastify';
import { afterAll, beforeAll } from 'vitest';
import { buildApi } from '../../src/api/app.ts';
import type { Api } from '../../src/api/dependencies.ts';
import { Metrics } from '../../src/api/metrics.ts';
import { exampleInvoicePolicy } from '../../src/domain/example-orders.ts';
import type { MoneyPolicy } from '../../src/domain/money/money-policy.ts';
import { eInvoiceXml } from '../../src/invoices/einvoice/e-invoice.ts';
import { Engine } from '../../src/engine/engine.ts';
import type { Pool } from 'pg';
import { Identity } from '../../src/identity/identity.ts';
import { createWebhookReceiver } from '../../src/jobs/gateway-events.ts';
import { createWebhookVerifier } from '../../src/payments/webhooks/verify.ts';
import { createLogger } from '../../src/platform/logger.ts';
import type { LoadBounds } from '../../src/platform/load/load-bounds.ts';
import { PipelinedReads } from '../../src/platform/database/pipelined-reads.ts';
import { createPool } from '../../src/platform/database/postgres.ts';
import { SecretBox } from '../../src/platform/secrets/secret-box.ts';
import type { OidcSettings } from '../../src/platform/settings/oidc.ts';
import type { TokenIssuerSettings } from '../../src/platform/settings/token-issuer.ts';
import { OrderReader } from '../../src/queries/orders/order-reader.ts';
import { AddressPolicy } from '../../src/webhooks/address-policy.ts';
import { Contract, type OpenApiDocument } from './http/contract.ts';
import { dropRole, makeAppRole, urlAsRole } from './app-role.ts';
import { useDatabase, type TestDatabase } from './database.ts';
import type { TcpProxy } from './servers/tcp-proxy.ts';

export type Answer = LightMyRequestResponse;
export type LogLine = Readonly<Record<string, unknown>>;

export interface TestApi {
  readonly app: Api;
  readonly database: TestDatabase;
  readonly engine: Engine;
  readonly contract: Contract;
  readonly identity: Identity;
  /** Every line logged so far. */
  readonly log: readonly LogLine[];
  /** While false, the process says that it is stopping. */
  accepting: boolean;
  /** Sends a request into the app and holds the answer against the OpenAPI document. */
  send(request: InjectOptions & { readonly url: string }): Promise<Answer>;
  get(url: string, headers?: InjectOptions['headers']): Promise<Answer>;
  post(url: string, payload?: InjectOptions['payload'], headers?: InjectOptions['headers']): Promise<Answer>;
  /** Listens on a free port of this machine, once. Answers with the port. */
  listen(): Promise<number>;
}

export const POOL_SIZE = 10;
const GATEWAYS = ['local', 'stripe'] as const;
/** What gateways sign their webhooks with, as far as the app under test knows. */
export const PAYMENT_WEBHOOK_SECRETS = {
  local: 'local-secret-of-the-test',
  stripe: 'whsec_secret-of-the-test',
  razorpay: undefined,
};

export interface TestApiOptions {
  readonly rateLimitPerSecond?: number;
  readonly trustedProxies?: readonly string[];
  /** Called once the test's own issuer listens; left out: nobody's JWTs are believed. */
  readonly tokenIssuer?: () => TokenIssuerSettings;
  /** Called once the test's own provider listens; left out: nobody signs in by one. */
  readonly oidc?: () => OidcSettings;
  /** Left out: none, so that a slow machine sheds nothing of a test's. */
  readonly load?: LoadBounds;
  readonly maxQueuedWeight?: number;
  readonly moneyPolicy?: MoneyPolicy;
  /** Made and granted what it needs; the app connects as it. */
  readonly databaseRole?: string;
  readonly corsOrigins?: readonly string[];
  readonly webhookAllowedNetworks?: readonly string[];
  /** Where the console that it serves was built. */
  readonly consoleFolder?: string;
  /** Through which the app reaches its database, so that a test can cut it off. */
  readonly proxy?: TcpProxy;
  /** Whether browsers come to it by TLS, at a proxy in front. */
  readonly isTls?: boolean;
}

/** Called at the top of a test file: the real app with the real engine, on a database of the file's own. */
export function useApi(options: TestApiOptions = {}): TestApi {
  const database = useDatabase();
  const log: LogLine[] = [];
  const logger = createLogger('info', { write: (line) => log.push(JSON.parse(line) as LogLine) });
  let built: Pick<TestApi, 'app' | 'engine' | 'contract' | 'identity'> | undefined;
  let orders: OrderReader | undefined;
  let pool: Pool | undefined;
  let reads: PipelinedReads | undefined;
  let port: Promise<number> | undefined;

  beforeAll(async () => {
    const ownersUrl = options.proxy ? await options.proxy.start(database.url) : database.url;
    const { databaseRole } = options;
    if (databaseRole !== undefined) await makeAppRole(database.url, databaseRole);
    const databaseUrl = databaseRole === undefined ? ownersUrl : urlAsRole(ownersUrl, databaseRole);
    pool = createPool({ databaseUrl, applicationName: 'roundtrip test api', size: POOL_SIZE, logger });
    const metrics = new Metrics();
    const engine = new Engine({
      databaseUrl,
      invoicePolicy: exampleInvoicePolicy,
      logger,
      maxQueuedWeight: options.maxQueuedWeight,
      moneyPolicy: options.moneyPolicy,
      observer: {
        batch: (commands) => {
          metrics.batch(commands);
        },
        transition: (entity, state) => {
          metrics.transition(entity, state);
        },
      },
    });
    orders = new OrderReader(databaseUrl);
    reads = new PipelinedReads({
      databaseUrl,
      applicationName: 'roundtrip test api',
      connections: POOL_SIZE,
      mostConnections: POOL_SIZE,
    });
    metrics.watchQueue(() => engine.queued);
    metrics.watchPool(pool, GATEWAYS);
    const secretBox = new SecretBox([randomBytes(32)]);
    // As `npm start` has it: until a test makes a key, whoever asks is this machine's user.
    const identity = new Identity({
      databaseUrl,
      logger,
      box: secretBox,
      host: '127.0.0.1',
      openMode: 'loopback',
      rateLimitPerSecond: options.rateLimitPerSecond ?? 0,
      isTls: options.isTls ?? false,
      tokenIssuer: options.tokenIssuer?.(),
    });
    const app = await buildApi({
      engine,
      identity,
      orders,
      pool,
      reads,
      logger,
      metrics,
      papers: { pdf: ({ number }) => Promise.resolve(Buffer.from(`%PDF of ${number}`)), xml: eInvoiceXml },
      secretBox,
      trustedProxies: options.trustedProxies,
      load: options.load,
      oidc: options.oidc?.(),
      webhookPolicy: new AddressPolicy(options.webhookAllowedNetworks ?? []),
      settings: {
        currency: 'INR',
        timezone: 'Asia/Kolkata',
        locale: 'en-IN',
        financialYearStartMonth: exampleInvoicePolicy.financialYearStartMonth,
        seller: exampleInvoicePolicy.seller,
        stuckAfterHours: 48,
      },
      consoleFolder: options.consoleFolder,
      paymentGateways: GATEWAYS,
      paymentWebhooks: createWebhookReceiver({
        pool,
        verifier: createWebhookVerifier(PAYMENT_WEBHOOK_SECRETS),
        logger,
        jobsReady: () => undefined,
      }),
      web: { corsOrigins: options.corsOrigins ?? [], isTls: options.isTls ?? false },
      accepting: () => api.accepting,
    });
    // The description that Fastify gives away is typed as every version of OpenAPI at once.
    const document = JSON.parse(JSON.stringify(app.swagger())) as OpenApiDocument;
    built = { app, engine, identity, contract: new Contract(document) };
  });

  afterAll(async () => {
    await built?.app.close();
    await built?.engine.close();
    await built?.identity.close();
    await orders?.close();
    await reads?.close();
    await pool?.end();
    if (options.databaseRole !== undefined) await dropRole(database.url, options.databaseRole);
  });

  const made = () => {
    if (!built) throw new Error('the app is built in beforeAll, and is not there before');
    return built;
  };

  const api: TestApi = {
    get app() {
      return made().app;
    },
    get engine() {
      return made().engine;
    },
    get identity() {
      return made().identity;
    },
    get contract() {
      return made().contract;
    },
    database,
    log,
    accepting: true,
    send: async (request) => {
      const { app, contract } = made();
      const answer = await app.inject(request);
      const { statusCode: status, headers, body } = answer;
      contract.check({ method: request.method ?? 'GET', url: request.url, status, headers, body });
      return answer;
    },
    get: (url, headers) => api.send({ method: 'GET', url, headers }),
    post: (url, payload, headers) => api.send({ method: 'POST', url, payload, headers }),
    listen: () => {
      port ??= made()
        .app.listen({ port: 0, host: '127.0.0.1' })
        .then((url) => Number(new URL(url).port));
      return port;
    },
  };
  return api;
}
