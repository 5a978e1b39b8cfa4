import { describe, expect, test } from 'vitest';
import { readConfig } from './config.ts';
import { OIDC_SETTINGS } from './settings/oidc.ts';
import { PAYMENT_SETTINGS } from './settings/payment.ts';
import { SETTINGS } from './settings/table.ts';
import { TOKEN_ISSUER_SETTINGS } from './settings/token-issuer.ts';
import { StartError } from './start-error.ts';

function faultOf(environment: Record<string, string>): string {
  try {
    readConfig(environment);
  } catch (error) {
    if (error instanceof StartError) return error.message;
    throw error;
  }
  throw new Error('the configuration was taken');
}

describe('the configuration', () => {
  test('of an empty environment is all defaults', () => {
    expect(readConfig({})).toEqual({
      host: '127.0.0.1',
      port: 8000,
      webProcesses: 1,
      gatewayPort: 9000,
      metricsPort: undefined,
      databaseUrl: undefined,
      appRolePassword: undefined,
      brokerUrl: undefined,
      paymentGatewayBaseUrl: undefined,
      payments: {
        stripe: undefined,
        razorpay: undefined,
        webhookSecrets: { local: undefined, stripe: undefined, razorpay: undefined },
        localWebhookUrl: undefined,
      },
      dataDir: './.roundtrip',
      invoiceOutputDir: './invoices',
      invoiceSigningKey: undefined,
      smtpUrl: undefined,
      mailOutputDir: './mail',
      mailFrom: 'invoices@shop.example',
      timezone: 'Asia/Kolkata',
      locale: 'en-IN',
      currency: 'INR',
      invoicePrefix: 'INV',
      creditNotePrefix: 'CRN',
      shippingRefund: 'on_full_return',
      overpayment: 'refuse',
      refundApprovalAboveMinor: null,
      financialYearStartMonth: 4,
      seller: {
        name: 'Roundtrip Sample Shop',
        addressLines: ['12 Example Road', 'Bengaluru 560001', 'India'],
        region: null,
        countryCode: 'IN',
        taxId: null,
        email: null,
        phone: null,
      },
      encryptionKeys: [],
      publicUrl: undefined,
      corsOrigins: [],
      customerDataKeepDays: undefined,
      webhookLogKeepDays: 30,
      jobKeepDays: 90,
      securityLogKeepDays: 180,
      webhookAllowedNetworks: [],
      openMode: 'loopback',
      rateLimitPerSecond: 1_000,
      load: { mostInProgress: 1_000, mostInProgressPerCaller: 500, mostEventLoopDelayMs: 500 },
      trustedProxies: [],
      logLevel: undefined,
      databasePoolSize: 8,
      workerConcurrency: 32,
      jobLeaseSeconds: 30,
      messageLeaseSeconds: 60,
      stuckAfterHours: 48,
      stopDelayMs: 1_000,
    });
  });

  test('takes every setting from the environment', () => {
    const environment = {
      HOST: '0.0.0.0',
      PORT: '80',
      WEB_PROCESSES: '64',
      GATEWAY_PORT: '0',
      TLS_CERT_FILE: '/tls/cert.pem',
      TLS_KEY_FILE: '/tls/key.pem',
      METRICS_PORT: '9100',
      DATABASE_URL: 'postgresql://me@db/shop',
      APP_ROLE_PASSWORD: 'hunter2',
      BROKER_URL: 'amqps://broker',
      PAYMENT_GATEWAY_BASE_URL: 'https://pay.example/api',
      DATA_DIR: '/data',
      INVOICE_OUTPUT_DIR: '/invoices',
      INVOICE_SIGNING_KEY: '/keys/papers.pem',
      SMTP_URL: 'smtps://mail.example',
      MAIL_OUTPUT_DIR: '/mail',
      MAIL_FROM: 'me@shop.example',
      TIMEZONE: 'Europe/London',
      LOCALE: 'en-GB',
      CURRENCY: 'GBP',
      INVOICE_PREFIX: 'B2',
      CREDIT_NOTE_PREFIX: 'C2',
      SHIPPING_REFUND: 'pro_rata',
      OVERPAYMENT: 'store_credit',
      REFUND_APPROVAL_ABOVE_MINOR: '50000',
      FINANCIAL_YEAR_START_MONTH: '12',
      SELLER_NAME: 'A Shop',
      SELLER_ADDRESS: '1 Street',
      SELLER_REGION: 'Devon',
      SELLER_COUNTRY: 'GB',
      SELLER_TAX_ID: 'GB1',
      SELLER_EMAIL: 'a@shop.example',
      SELLER_PHONE: '+44 1',
      ENCRYPTION_KEY: `${'A'.repeat(43)}=, ${'/'.repeat(42)}8=`,
      PUBLIC_URL: 'https://orders.shop.example',
      CORS_ORIGINS: 'https://shop.example, http://localhost:3000',
      CUSTOMER_DATA_KEEP_DAYS: '1095',
      WEBHOOK_LOG_KEEP_DAYS: '7',
      JOB_KEEP_DAYS: '7',
      SECURITY_LOG_KEEP_DAYS: '30',
      WEBHOOK_ALLOWED_NETWORKS: '127.0.0.0/8, ::1/128',
      OPEN_MODE: 'never',
      RATE_LIMIT_PER_SECOND: '0',
      MAX_REQUESTS_IN_PROGRESS: '10',
      MAX_REQUESTS_IN_PROGRESS_PER_CALLER: '5',
      MAX_EVENT_LOOP_DELAY_MS: '0',
      TRUSTED_PROXIES: '10.0.0.0/8, ::1/128',
      LOG_LEVEL: 'silent',
      DATABASE_POOL_SIZE: '200',
      WORKER_CONCURRENCY: '1',
      JOB_LEASE_SECONDS: '5',
      MESSAGE_LEASE_SECONDS: '10',
      STUCK_AFTER_HOURS: '24',
      STOP_DELAY_MS: '0',
    };
    // Those of payments, of an outside issuer and of a provider have tests of their own, beside their files.
    const others = [
      ...Object.keys(PAYMENT_SETTINGS),
      ...Object.keys(TOKEN_ISSUER_SETTINGS),
      ...Object.keys(OIDC_SETTINGS),
    ];
    const names = [...Object.keys(environment), ...others];
    expect(names.toSorted()).toEqual(Object.keys(SETTINGS).toSorted());
    expect(readConfig(environment)).toEqual({
      host: '0.0.0.0',
      port: 80,
      webProcesses: 64,
      tls: { certFile: '/tls/cert.pem', keyFile: '/tls/key.pem' },
      gatewayPort: 0,
      metricsPort: 9100,
      databaseUrl: 'postgresql://me@db/shop',
      appRolePassword: 'hunter2',
      brokerUrl: 'amqps://broker',
      paymentGatewayBaseUrl: 'https://pay.example/api',
      payments: readConfig({}).payments,
      dataDir: '/data',
      invoiceOutputDir: '/invoices',
      invoiceSigningKey: '/keys/papers.pem',
      smtpUrl: 'smtps://mail.example',
      mailOutputDir: '/mail',
      mailFrom: 'me@shop.example',
      timezone: 'Europe/London',
      locale: 'en-GB',
      currency: 'GBP',
      invoicePrefix: 'B2',
      creditNotePrefix: 'C2',
      shippingRefund: 'pro_rata',
      overpayment: 'store_credit',
      refundApprovalAboveMinor: 50_000,
      financialYearStartMonth: 12,
      seller: {
        name: 'A Shop',
        addressLines: ['1 Street'],
        region: 'Devon',
        countryCode: 'GB',
        taxId: 'GB1',
        email: 'a@shop.example',
        phone: '+44 1',
      },
      encryptionKeys: [Buffer.alloc(32, 0), Buffer.alloc(32, 0xff)],
      publicUrl: 'https://orders.shop.example',
      corsOrigins: ['https://shop.example', 'http://localhost:3000'],
      customerDataKeepDays: 1_095,
      webhookLogKeepDays: 7,
      jobKeepDays: 7,
      securityLogKeepDays: 30,
      webhookAllowedNetworks: ['127.0.0.0/8', '::1/128'],
      openMode: 'never',
      rateLimitPerSecond: 0,
      load: { mostInProgress: 10, mostInProgressPerCaller: 5, mostEventLoopDelayMs: 0 },
      trustedProxies: ['10.0.0.0/8', '::1/128'],
      logLevel: 'silent',
      databasePoolSize: 200,
      workerConcurrency: 1,
      jobLeaseSeconds: 5,
      messageLeaseSeconds: 10,
      stuckAfterHours: 24,
      stopDelayMs: 0,
    });
  });

  test('takes a setting that is empty or blank for unset, and trims the others', () => {
    const config = readConfig({ PORT: '', DATABASE_URL: '  ', CURRENCY: ' EUR ' });
    expect(config).toMatchObject({ port: 8000, databaseUrl: undefined, currency: 'EUR' });
  });

  // As compose.yaml passes on what .env has not set.
  test.each(['', ' '])('is all defaults where every setting is %j', (nothing) => {
    const names = [...Object.keys(SETTINGS), 'CELERY_BROKER_URL'];
    expect(readConfig(Object.fromEntries(names.map((name) => [name, nothing])))).toEqual(readConfig({}));
  });

  test.each([
    ['postgresql+psycopg://me:secret@db:5432/shop', 'postgresql://me:secret@db:5432/shop'],
    ['postgresql+psycopg2://db/shop', 'postgresql://db/shop'],
    ['postgres+asyncpg://db/shop', 'postgresql://db/shop'],
    ['postgres://db/shop', 'postgres://db/shop'],
    ['postgresql:///shop?host=/var/run/postgresql', 'postgresql:///shop?host=/var/run/postgresql'],
  ])('takes the DATABASE_URL %s', (given, taken) => {
    expect(readConfig({ DATABASE_URL: given }).databaseUrl).toBe(taken);
  });

  test('takes CELERY_BROKER_URL for BROKER_URL, which goes before it', () => {
    expect(readConfig({ CELERY_BROKER_URL: 'amqp://alias' }).brokerUrl).toBe('amqp://alias');
    expect(readConfig({ CELERY_BROKER_URL: 'amqp://alias', BROKER_URL: 'amqp://own' }).brokerUrl).toBe('amqp://own');
    expect(faultOf({ CELERY_BROKER_URL: 'redis://localhost' })).toContain('BROKER_URL must be a URL that begins with');
  });
});

describe('a wrong configuration', () => {
  test('is refused with every fault at once, each by its name', () => {
    const wrong = {
      PORT: '70000',
      GATEWAY_PORT: '-1',
      DATABASE_URL: 'mysql://db',
      APP_ROLE_PASSWORD: 'hünter2',
      BROKER_URL: 'nonsense',
      PAYMENT_GATEWAY_BASE_URL: 'ftp://pay.example',
      SMTP_URL: 'mail.example:25',
      MAIL_FROM: 'nobody',
      TIMEZONE: 'Asia/Nowhere',
      LOCALE: 'en_IN',
      CURRENCY: 'rupees',
      INVOICE_PREFIX: 'LONG',
      CREDIT_NOTE_PREFIX: 'LONGER',
      SHIPPING_REFUND: 'sometimes',
      OVERPAYMENT: 'keep',
      REFUND_APPROVAL_ABOVE_MINOR: '0.5',
      SELLER_COUNTRY: 'India',
      FINANCIAL_YEAR_START_MONTH: '13',
      ENCRYPTION_KEY: 'hunter2',
      PUBLIC_URL: 'orders.shop.example',
      CORS_ORIGINS: 'https://shop.example/',
      WEBHOOK_ALLOWED_NETWORKS: 'localhost',
      LOG_LEVEL: 'loud',
      DATABASE_POOL_SIZE: '0',
      WORKER_CONCURRENCY: '1.5',
    };
    const message = faultOf(wrong);
    expect(message).toContain(`has ${Object.keys(wrong).length} fault(s)`);
    for (const name of Object.keys(wrong)) expect(message).toMatch(new RegExp(`[:;] ${name} must be `));
    expect(message).not.toContain('\n');
  });

  test.each([
    ['PORT', '80a', 'PORT must be a whole number from 0 to 65535, not "80a"'],
    ['PORT', '1e3', 'PORT must be a whole number from 0 to 65535, not "1e3"'],
    ['WEB_PROCESSES', '0', 'WEB_PROCESSES must be a whole number from 1 to 64, not "0"'],
    ['WEB_PROCESSES', '65', 'WEB_PROCESSES must be a whole number from 1 to 64, not "65"'],
    ['WEB_PROCESSES', 'two', 'WEB_PROCESSES must be a whole number from 1 to 64, not "two"'],
    ['PORT', '0x50', 'PORT must be a whole number from 0 to 65535, not "0x50"'],
    ['FINANCIAL_YEAR_START_MONTH', '0', 'FINANCIAL_YEAR_START_MONTH must be a whole number from 1 to 12, not "0"'],
    ['CURRENCY', 'inr', 'CURRENCY must be an ISO 4217 code such as INR, not "inr"'],
    ['INVOICE_PREFIX', 'A/B', 'INVOICE_PREFIX must be one to three capital letters or digits, not "A/B"'],
    ['TIMEZONE', 'Mars', 'TIMEZONE must be a time zone such as Asia/Kolkata, not "Mars"'],
  ])('says what %s must be instead of %s', (name, value, expected) => {
    expect(faultOf({ [name]: value })).toBe(`the configuration has 1 fault(s): ${expected}`);
  });

  test.each([
    'https://shop.example/oms',
    'https://shop.example/oms/',
    'https://shop.example?a=b',
    'https://shop.example/#a',
    'https://me:hunter2@shop.example',
  ])('has %s as PUBLIC_URL, of which links would keep the origin alone', (address) => {
    expect(faultOf({ PUBLIC_URL: address })).toBe(
      'the configuration has 1 fault(s): PUBLIC_URL must be an address without a path or anything behind it, ' +
        'such as https://orders.shop.example',
    );
    expect(readConfig({ PUBLIC_URL: 'https://shop.example:8443/' }).publicUrl).toBe('https://shop.example:8443/');
  });

  test.each([
    'smtp://relay.example?tls=off',
    'smtp://relay.example?tsl=optional',
    'smtps://relay.example?tls=optional',
  ])('has %s as SMTP_URL, of which something would be passed over', (address) => {
    expect(faultOf({ SMTP_URL: address })).toBe(
      'the configuration has 1 fault(s): SMTP_URL must have nothing behind the address, but for ?tls=optional with smtp://',
    );
    const relay = 'smtp://relay.example:25?tls=optional';
    expect(readConfig({ SMTP_URL: relay }).smtpUrl).toBe(relay);
  });

  test.each([
    'ENCRYPTION_KEY',
    'DATABASE_URL',
    'BROKER_URL',
    'CELERY_BROKER_URL',
    'PAYMENT_GATEWAY_BASE_URL',
    'SMTP_URL',
  ])('does not repeat the password in a bad %s', (name) => {
    for (const url of ['mysql://me:hunter2@db/shop', 'postgresql//me:hunter2@db', 'me:hunter2']) {
      expect(faultOf({ [name]: url })).not.toContain('hunter2');
    }
  });
});

test('a password of the database role that is none is not repeated', () => {
  const message = faultOf({ APP_ROLE_PASSWORD: 'hunter2 of mine' });
  expect(message).toContain('APP_ROLE_PASSWORD must be');
  expect(message).not.toContain('hunter2');
});

test.for([{ PUBLIC_URL: 'https://orders.shop.example' }, { TRUSTED_PROXIES: '127.0.0.1/32' }])(
  'is open to nobody where there is a proxy, which brings everybody to this machine: %o',
  (environment) => {
    expect(readConfig(environment).openMode).toBe('never');
    expect(readConfig({ ...environment, OPEN_MODE: 'loopback' }).openMode).toBe('never');
    expect(readConfig({}).openMode).toBe('loopback');
  },
);
