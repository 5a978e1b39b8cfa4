import { buildApi } from '../../api/app.ts';
import { Metrics } from '../../api/metrics.ts';
import { Engine } from '../../engine/engine.ts';
import { Identity } from '../../identity/identity.ts';
import { silentLogger } from '../../platform/logger.ts';
import { PipelinedReads } from '../../platform/database/pipelined-reads.ts';
import { createPool } from '../../platform/database/postgres.ts';
import { SecretBox } from '../../platform/secrets/secret-box.ts';
import { OrderReader } from '../../queries/orders/order-reader.ts';
import { AddressPolicy } from '../../webhooks/address-policy.ts';

/** Never connected to: describing the API asks nothing of a database. */
const NO_DATABASE = 'postgresql://nobody@127.0.0.1:1/nothing';

const seller = { name: '', addressLines: [], region: null, countryCode: null, taxId: null, email: null, phone: null };

/** docs/openapi.json: the document that the API serves. */
export async function openapiDocument(): Promise<string> {
  const logger = silentLogger;
  const api = await buildApi({
    engine: new Engine({
      databaseUrl: NO_DATABASE,
      logger,
      invoicePolicy: {
        prefix: 'INV',
        creditNotePrefix: 'CRN',
        timezone: 'UTC',
        locale: 'en',
        financialYearStartMonth: 1,
        seller,
      },
    }),
    orders: new OrderReader(NO_DATABASE),
    identity: new Identity({
      databaseUrl: NO_DATABASE,
      logger,
      box: new SecretBox([]),
      host: '127.0.0.1',
      openMode: 'never',
      rateLimitPerSecond: 0,
      isTls: false,
    }),
    reads: new PipelinedReads({
      databaseUrl: NO_DATABASE,
      applicationName: 'roundtrip docs',
      connections: 1,
      mostConnections: 1,
    }),
    pool: createPool({ databaseUrl: NO_DATABASE, applicationName: 'roundtrip docs', size: 1, logger }),
    logger,
    metrics: new Metrics(),
    papers: { pdf: () => Promise.reject(new Error('there are no papers here')), xml: () => '' },
    secretBox: new SecretBox([]),
    webhookPolicy: new AddressPolicy([]),
    settings: {
      currency: 'INR',
      timezone: 'UTC',
      locale: 'en',
      financialYearStartMonth: 1,
      seller,
      stuckAfterHours: 48,
    },
    paymentWebhooks: { refusalOfHead: () => 'not_configured', receive: () => Promise.resolve('not_configured') },
    web: { corsOrigins: [], isTls: false },
    accepting: () => true,
  });
  const document = JSON.stringify(api.swagger());
  await api.close();
  return document;
}
