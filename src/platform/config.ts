import type { LoadBounds } from './load/load-bounds.ts';
import { readOidcSettings, type OidcSettings } from './settings/oidc.ts';
import { readPaymentSettings, type PaymentSettings } from './settings/payment.ts';
import { settingReader, type Environment, type SettingReader } from './settings/reader.ts';
import { MOST_WEB_PROCESSES } from './settings/table.ts';
import { StartError } from './start-error.ts';
import { readTokenIssuerSettings, type TokenIssuerSettings } from './settings/token-issuer.ts';

export interface Seller {
  readonly name: string;
  readonly addressLines: readonly string[];
  /** State or province, by code or name. */
  readonly region: string | null;
  /** ISO 3166-1 alpha-2. */
  readonly countryCode: string | null;
  readonly taxId: string | null;
  readonly email: string | null;
  readonly phone: string | null;
}

/** PEM files: a certificate with what leads to its root, and its private key. */
export interface TlsFiles {
  readonly certFile: string;
  readonly keyFile: string;
}

export interface Config {
  readonly host: string;
  readonly port: number;
  /** Of a web that runs apart, behind its one port. */
  readonly webProcesses: number;
  /** Undefined: web speaks plain HTTP. */
  readonly tls: TlsFiles | undefined;
  readonly gatewayPort: number;
  /** Undefined: a worker serves no metrics of its own. */
  readonly metricsPort: number | undefined;
  /** Undefined: an embedded PostgreSQL in `dataDir`. */
  readonly databaseUrl: string | undefined;
  /** Of the role of webs and workers, for whoever makes it. Undefined: it keeps the one that it has. */
  readonly appRolePassword: string | undefined;
  /** Undefined: jobs run in the process that relays them. */
  readonly brokerUrl: string | undefined;
  /** Undefined: the local gateway, in the same process. */
  readonly paymentGatewayBaseUrl: string | undefined;
  readonly payments: PaymentSettings;
  readonly dataDir: string;
  readonly invoiceOutputDir: string;
  /** PEM file of the key that signs the papers' QR codes. */
  readonly invoiceSigningKey: string | undefined;
  /** Undefined: messages become `.eml` files in `mailOutputDir`. */
  readonly smtpUrl: string | undefined;
  readonly mailOutputDir: string;
  readonly mailFrom: string;
  readonly timezone: string;
  readonly locale: string;
  /** ISO 4217 code of orders that name none, and of `refundApprovalAboveMinor`. */
  readonly currency: string;
  /** At most three letters before the financial year in an invoice number. */
  readonly invoicePrefix: string;
  /** The same for credit notes. */
  readonly creditNotePrefix: string;
  /** Whether shipping goes back with returned goods. */
  readonly shippingRefund: 'never' | 'on_full_return' | 'pro_rata';
  readonly overpayment: 'refuse' | 'store_credit';
  /** Null: no refund needs a second person. */
  readonly refundApprovalAboveMinor: number | null;
  /** 1 (January) to 12; 4 in India. */
  readonly financialYearStartMonth: number;
  readonly seller: Seller;
  /** The first seals the secrets that we must be able to read again; each opens what it has sealed. None: no sealing. */
  readonly encryptionKeys: readonly Buffer[];
  /** The address that clients come by, where a proxy ends their TLS; undefined: the one that web listens on. */
  readonly publicUrl: string | undefined;
  /** Origins whose pages may call the API from a browser. */
  readonly corsOrigins: readonly string[];
  /** Days after which a customer who has had nothing to do with the shop is erased; undefined: never by itself. */
  readonly customerDataKeepDays: number | undefined;
  readonly webhookLogKeepDays: number;
  /** Of jobs that are done. */
  readonly jobKeepDays: number;
  /** What happened at the door, with the addresses that it happened from. */
  readonly securityLogKeepDays: number;
  /** Networks inside that webhooks may go to all the same, such as `127.0.0.0/8`. */
  readonly webhookAllowedNetworks: readonly string[];
  /** Whether a loopback address is open to this machine's user until the first person or key is made. Never behind a proxy. */
  readonly openMode: 'loopback' | 'never';
  /** Requests a second that one key may make, over ten seconds; 0: as many as it likes. */
  readonly rateLimitPerSecond: number;
  /** Whose JWTs are believed; undefined: nobody's but ours. */
  readonly tokenIssuer: TokenIssuerSettings | undefined;
  /** The provider that people may sign in by; undefined: none. */
  readonly oidc: OidcSettings | undefined;
  /** What one web takes on at once. */
  readonly load: LoadBounds;
  /** Networks of the proxies whose X-Forwarded-For is believed. */
  readonly trustedProxies: readonly string[];
  /** Undefined: info; for `roundtrip start` at a terminal, warn. */
  readonly logLevel: string | undefined;
  /** Connections of the pool that serves reads. */
  readonly databasePoolSize: number;
  readonly workerConcurrency: number;
  /** How long a worker may be silent about a job, and a message may be on its way, before the job is given out again. */
  readonly jobLeaseSeconds: number;
  readonly messageLeaseSeconds: number;
  /** How long an order may stay paid, or in the warehouse, before the overview calls it stuck. */
  readonly stuckAfterHours: number;
  /** From the word on /ready that web stops until it takes no more connections. */
  readonly stopDelayMs: number;
}

/**
 * Reads the environment, once, for the whole program.
 *
 * @throws StartError naming every setting that is wrong, not only the first
 */
export function readConfig(environment: Environment): Config {
  const faults: string[] = [];
  const reader = settingReader(environment, faults);
  const { text, optional, list, networks, fault, wholeNumber, matching, oneOf, understoodBy, url } = reader;

  const config: Config = {
    host: text('HOST'),
    port: wholeNumber('PORT', 0, 65_535),
    webProcesses: wholeNumber('WEB_PROCESSES', 1, MOST_WEB_PROCESSES),
    tls: tlsFiles(reader),
    gatewayPort: wholeNumber('GATEWAY_PORT', 0, 65_535),
    metricsPort: optional('METRICS_PORT') === undefined ? undefined : wholeNumber('METRICS_PORT', 0, 65_535),
    databaseUrl: url('DATABASE_URL', plainPostgresUrl(optional('DATABASE_URL')), ['postgresql:', 'postgres:']),
    appRolePassword: appRolePassword(reader),
    brokerUrl: url('BROKER_URL', optional('BROKER_URL') ?? (environment['CELERY_BROKER_URL']?.trim() || undefined), [
      'amqp:',
      'amqps:',
    ]),
    paymentGatewayBaseUrl: url('PAYMENT_GATEWAY_BASE_URL', optional('PAYMENT_GATEWAY_BASE_URL'), ['http:', 'https:']),
    payments: readPaymentSettings({ optional, url, fault }),
    dataDir: text('DATA_DIR'),
    invoiceOutputDir: text('INVOICE_OUTPUT_DIR'),
    invoiceSigningKey: optional('INVOICE_SIGNING_KEY'),
    smtpUrl: smtpUrl(reader),
    mailOutputDir: text('MAIL_OUTPUT_DIR'),
    mailFrom: matching('MAIL_FROM', /^[^\s@]+@[^\s@]+$/, 'an e-mail address'),
    timezone: understoodBy(
      'TIMEZONE',
      (value) => new Intl.DateTimeFormat('en', { timeZone: value }),
      'a time zone such as Asia/Kolkata',
    ),
    locale: understoodBy('LOCALE', (value) => new Intl.NumberFormat(value), 'a locale such as en-IN'),
    currency: matching('CURRENCY', /^[A-Z]{3}$/, 'an ISO 4217 code such as INR'),
    invoicePrefix: matching('INVOICE_PREFIX', /^[A-Z0-9]{1,3}$/, 'one to three capital letters or digits'),
    creditNotePrefix: matching('CREDIT_NOTE_PREFIX', /^[A-Z0-9]{1,3}$/, 'one to three capital letters or digits'),
    shippingRefund: oneOf('SHIPPING_REFUND', ['never', 'on_full_return', 'pro_rata']),
    overpayment: oneOf('OVERPAYMENT', ['refuse', 'store_credit']),
    refundApprovalAboveMinor:
      optional('REFUND_APPROVAL_ABOVE_MINOR') === undefined
        ? null
        : wholeNumber('REFUND_APPROVAL_ABOVE_MINOR', 0, Number.MAX_SAFE_INTEGER),
    financialYearStartMonth: wholeNumber('FINANCIAL_YEAR_START_MONTH', 1, 12),
    seller: {
      name: text('SELLER_NAME'),
      addressLines: text('SELLER_ADDRESS').split('|'),
      region: optional('SELLER_REGION') ?? null,
      countryCode: matching('SELLER_COUNTRY', /^[A-Z]{2}$/, 'an ISO 3166-1 code such as IN'),
      taxId: optional('SELLER_TAX_ID') ?? null,
      email: optional('SELLER_EMAIL') ?? null,
      phone: optional('SELLER_PHONE') ?? null,
    },
    encryptionKeys: list('ENCRYPTION_KEY').map((key) => {
      const bytes = Buffer.from(key, 'base64');
      // The value is a secret, so the message leaves it out.
      if (bytes.length !== 32) fault('ENCRYPTION_KEY', 'must be 32 bytes in base64; several with a comma between');
      return bytes;
    }),
    publicUrl: publicUrl(reader),
    corsOrigins: list('CORS_ORIGINS').map((origin) => {
      if (!URL.canParse(origin) || new URL(origin).origin !== origin) {
        fault('CORS_ORIGINS', `must be origins such as https://shop.example with a comma between, not "${origin}"`);
      }
      return origin;
    }),
    customerDataKeepDays:
      optional('CUSTOMER_DATA_KEEP_DAYS') === undefined ? undefined : wholeNumber('CUSTOMER_DATA_KEEP_DAYS', 1, 36_500),
    webhookLogKeepDays: wholeNumber('WEBHOOK_LOG_KEEP_DAYS', 4, 3_650),
    jobKeepDays: wholeNumber('JOB_KEEP_DAYS', 1, 36_500),
    securityLogKeepDays: wholeNumber('SECURITY_LOG_KEEP_DAYS', 1, 3_650),
    webhookAllowedNetworks: networks('WEBHOOK_ALLOWED_NETWORKS'),
    oidc: readOidcSettings({ text, optional, list, fault, publicUrl: optional('PUBLIC_URL') }),
    tokenIssuer: readTokenIssuerSettings({ text, optional, list, wholeNumber, fault }),
    rateLimitPerSecond: wholeNumber('RATE_LIMIT_PER_SECOND', 0, 1_000_000),
    load: {
      mostInProgress: wholeNumber('MAX_REQUESTS_IN_PROGRESS', 0, 1_000_000),
      mostInProgressPerCaller: wholeNumber('MAX_REQUESTS_IN_PROGRESS_PER_CALLER', 0, 1_000_000),
      mostEventLoopDelayMs: wholeNumber('MAX_EVENT_LOOP_DELAY_MS', 0, 60_000),
    },
    trustedProxies: networks('TRUSTED_PROXIES'),
    openMode: openModeOf(oneOf('OPEN_MODE', ['loopback', 'never']), reader),
    logLevel:
      optional('LOG_LEVEL') &&
      matching(
        'LOG_LEVEL',
        /^(trace|debug|info|warn|error|fatal|silent)$/,
        'trace, debug, info, warn, error, fatal or silent',
      ),
    databasePoolSize: wholeNumber('DATABASE_POOL_SIZE', 1, 200),
    workerConcurrency: wholeNumber('WORKER_CONCURRENCY', 1, 200),
    jobLeaseSeconds: wholeNumber('JOB_LEASE_SECONDS', 1, 3_600),
    messageLeaseSeconds: wholeNumber('MESSAGE_LEASE_SECONDS', 1, 3_600),
    stuckAfterHours: wholeNumber('STUCK_AFTER_HOURS', 1, 8_760),
    stopDelayMs: wholeNumber('STOP_DELAY_MS', 0, 15_000),
  };
  if (config.creditNotePrefix === config.invoicePrefix) {
    fault('CREDIT_NOTE_PREFIX', `must not be INVOICE_PREFIX as well, "${config.invoicePrefix}"`);
  }
  if (faults.length > 0) {
    throw new StartError(`the configuration has ${faults.length} fault(s): ${faults.join('; ')}`);
  }
  return config;
}

/** An origin alone: our own paths begin at the root of it, and what stood behind it would be dropped from links. */
function publicUrl({ optional, url, fault }: SettingReader): string | undefined {
  const address = url('PUBLIC_URL', optional('PUBLIC_URL'), ['http:', 'https:']);
  if (address !== undefined && URL.canParse(address) && new URL(address).href !== `${new URL(address).origin}/`) {
    fault('PUBLIC_URL', 'must be an address without a path or anything behind it, such as https://orders.shop.example');
  }
  return address;
}

/** What is misspelt behind the address would be passed over, and the mail server be one that nobody meant. */
function smtpUrl({ optional, url, fault }: SettingReader): string | undefined {
  const address = url('SMTP_URL', optional('SMTP_URL'), ['smtp:', 'smtps:']);
  if (address === undefined || !URL.canParse(address)) return address;
  const { protocol, search } = new URL(address);
  if (search !== '' && !(protocol === 'smtp:' && search === '?tls=optional')) {
    fault('SMTP_URL', 'must have nothing behind the address, but for ?tls=optional with smtp://');
  }
  return address;
}

/** Not repeated in what is told of it. */
function appRolePassword({ optional, fault }: SettingReader): string | undefined {
  const password = optional('APP_ROLE_PASSWORD');
  if (password !== undefined && !/^[\x21-\x7e]+$/.test(password)) {
    fault('APP_ROLE_PASSWORD', 'must be of printable ASCII characters, without a space');
  }
  return password;
}

/** Both, or neither. */
function tlsFiles({ optional, fault }: SettingReader): TlsFiles | undefined {
  const [certFile, keyFile] = [optional('TLS_CERT_FILE'), optional('TLS_KEY_FILE')];
  if (certFile !== undefined && keyFile !== undefined) return { certFile, keyFile };
  if (certFile !== undefined) fault('TLS_KEY_FILE', 'must be set, because TLS_CERT_FILE is');
  if (keyFile !== undefined) fault('TLS_CERT_FILE', 'must be set, because TLS_KEY_FILE is');
  return undefined;
}

/** SQLAlchemy writes the driver into the scheme (`postgresql+psycopg://`); the rest of such a URL is plain. */
function plainPostgresUrl(value: string | undefined): string | undefined {
  return value?.replace(/^postgres(ql)?\+[a-z0-9]+:/, 'postgresql:');
}

/** Who says that there is a proxy in front means others to come in by it: all of them would be this machine's user. */
function openModeOf(asked: Config['openMode'], { optional }: SettingReader): Config['openMode'] {
  const hasProxy = optional('PUBLIC_URL') !== undefined || optional('TRUSTED_PROXIES') !== undefined;
  return hasProxy ? 'never' : asked;
}
