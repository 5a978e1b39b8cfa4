import { OIDC_SETTINGS } from './oidc.ts';
import { PAYMENT_SETTINGS } from './payment.ts';
import { TOKEN_ISSUER_SETTINGS } from './token-issuer.ts';

/** More than a machine has cores for, with a database to talk to. */
export const MOST_WEB_PROCESSES = 64;

/** Every setting with what it means and what it is when unset; `roundtrip help config` and the README print this table. */
export const SETTINGS = {
  HOST: ['127.0.0.1', 'address that web and gateway listen on'],
  PORT: ['8000', 'port of web'],
  WEB_PROCESSES: [
    '1',
    `processes that serve behind the port of a web running apart, 1 to ${MOST_WEB_PROCESSES}: one keeps one core busy`,
  ],
  TLS_CERT_FILE: [
    '',
    'PEM file of the certificate by which web speaks TLS, with those that lead to its root; unset: plain HTTP',
  ],
  TLS_KEY_FILE: ['', 'PEM file of its private key'],
  METRICS_PORT: ['', 'port that a worker running apart serves /metrics and /health on; unset: none'],
  GATEWAY_PORT: ['9000', 'port of the local payment gateway'],
  DATABASE_URL: ['', 'PostgreSQL 15 or newer; unset: an embedded PostgreSQL in DATA_DIR'],
  APP_ROLE_PASSWORD: [
    '',
    'password that `migrate --app-role` gives to the role of webs and workers, of printable ASCII characters; unset: it is left as it is',
  ],
  BROKER_URL: [
    '',
    'RabbitMQ, amqp:// or amqps:// (alias CELERY_BROKER_URL); unset: each worker runs the jobs that it relays',
  ],
  PAYMENT_GATEWAY_BASE_URL: ['', 'payment gateway; unset: the local one, in the same process'],
  ...PAYMENT_SETTINGS,
  DATA_DIR: ['./.roundtrip', 'data of the embedded PostgreSQL'],
  INVOICE_OUTPUT_DIR: ['./invoices', 'folder of the invoice PDFs'],
  INVOICE_SIGNING_KEY: [
    '',
    'PEM file of a private key, RSA or Ed25519, that signs a QR code on each paper; unset: no code',
  ],
  SMTP_URL: [
    '',
    'mail server, smtps://, or smtp:// with STARTTLS; ?tls=optional for a relay without; unset: .eml files in MAIL_OUTPUT_DIR',
  ],
  MAIL_OUTPUT_DIR: ['./mail', 'folder of the .eml files'],
  MAIL_FROM: ['invoices@shop.example', 'sender of the e-mails'],
  TIMEZONE: ['Asia/Kolkata', 'time zone of what people read, and of the financial year'],
  LOCALE: ['en-IN', 'how numbers and dates are written on paper'],
  CURRENCY: ['INR', 'currency of orders that name none, and of REFUND_APPROVAL_ABOVE_MINOR'],
  INVOICE_PREFIX: ['INV', 'one to three capital letters or digits that begin an invoice number'],
  CREDIT_NOTE_PREFIX: ['CRN', 'the same for credit notes; another one than the invoices have'],
  SHIPPING_REFUND: [
    'on_full_return',
    'whether shipping goes back with returned goods: never, on_full_return or pro_rata',
  ],
  OVERPAYMENT: ['refuse', 'a payment above what is owed: refuse, or store_credit'],
  REFUND_APPROVAL_ABOVE_MINOR: [
    '',
    'minor units that people may refund of an order without goods before a second person decides; of an order in another currency than CURRENCY a second person decides on all; unset: none does',
  ],
  FINANCIAL_YEAR_START_MONTH: ['4', 'month that the invoice numbers begin again in'],
  SELLER_NAME: ['Roundtrip Sample Shop', 'seller on the invoice'],
  SELLER_ADDRESS: ['12 Example Road|Bengaluru 560001|India', 'its address, lines separated by |'],
  SELLER_REGION: ['', 'its state or province, by code or name: what decides between CGST with SGST and IGST'],
  SELLER_COUNTRY: ['IN', 'its country, by ISO 3166-1 alpha-2 code'],
  SELLER_TAX_ID: ['', 'its tax number (GSTIN)'],
  SELLER_EMAIL: ['', 'its e-mail address'],
  SELLER_PHONE: ['', 'its telephone number'],
  ENCRYPTION_KEY: [
    '',
    'seals secrets in the database, such as those that sign webhooks: 32 bytes in base64, as "openssl rand -base64 32" makes; a new one is put before the old, with a comma between, and "roundtrip secrets reseal" seals what is there by it',
  ],
  PUBLIC_URL: [
    '',
    'address that clients come by, without a path, where a proxy ends their TLS: with https:// browsers are told to stay with it',
  ],
  CORS_ORIGINS: [
    '',
    'origins such as https://shop.example, a comma between, whose pages may call the API; unset: none',
  ],
  CUSTOMER_DATA_KEEP_DAYS: [
    '',
    'days after which a customer is erased who has had nothing to do with the shop; unset: never by itself',
  ],
  WEBHOOK_LOG_KEEP_DAYS: ['30', 'days that webhook deliveries and what was answered are kept once they are through'],
  JOB_KEEP_DAYS: ['90', 'days that the jobs of workers are kept once they are done or dismissed'],
  SECURITY_LOG_KEEP_DAYS: ['180', 'days that it is kept who was let in or kept out, with their addresses'],
  WEBHOOK_ALLOWED_NETWORKS: [
    '',
    'networks inside that webhooks may go to, for development: 127.0.0.0/8,::1/128; unset: public addresses alone',
  ],
  OPEN_MODE: [
    'loopback',
    "loopback: until the first person or key is made, this machine's user needs none, and no other address is listened on; never: nobody comes in without, as with PUBLIC_URL or TRUSTED_PROXIES, which say that there is a proxy",
  ],
  ...OIDC_SETTINGS,
  ...TOKEN_ISSUER_SETTINGS,
  RATE_LIMIT_PER_SECOND: [
    '1000',
    'requests a second that one key may make, over ten seconds; 0: no limits, of failed attempts neither',
  ],
  MAX_REQUESTS_IN_PROGRESS: [
    '1000',
    'requests that one process of a web answers at once; more are refused with 503 before anything is done; 0: no bound',
  ],
  MAX_REQUESTS_IN_PROGRESS_PER_CALLER: ['500', 'of these, how many one caller may have; more are 429; 0: no bound'],
  MAX_EVENT_LOOP_DELAY_MS: [
    '500',
    'how long a web may keep what is due waiting, on average over half a second, before it refuses with 503; 0: for ever',
  ],
  TRUSTED_PROXIES: ['', 'networks of the proxies whose X-Forwarded-For is believed: 10.0.0.0/8; unset: nobody'],
  LOG_LEVEL: ['', 'trace, debug, info, warn, error, fatal or silent; unset: info, and warn for start at a terminal'],
  DATABASE_POOL_SIZE: ['8', 'connections that serve reads, per process'],
  WORKER_CONCURRENCY: ['32', 'jobs of each kind that one worker runs at once'],
  JOB_LEASE_SECONDS: ['30', 'how long a worker may be silent about a job that it runs before another runs it'],
  MESSAGE_LEASE_SECONDS: ['60', "how long a job's message may be on its way before it is sent again"],
  STUCK_AFTER_HOURS: ['48', 'how long an order may stay paid, or in the warehouse, before a person is asked to look'],
  STOP_DELAY_MS: [
    '1000',
    'how long a web running apart says on /ready that it stops before it takes no more connections: what a proxy needs to see it',
  ],
} as const satisfies Record<string, readonly [byDefault: string, meaning: string]>;

export type SettingName = keyof typeof SETTINGS;
