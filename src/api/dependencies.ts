import type {
  FastifyBaseLogger,
  FastifyInstance,
  RawReplyDefaultExpression,
  RawRequestDefaultExpression,
  RawServerDefault,
} from 'fastify';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { Pool } from 'pg';
import type { CreditNoteSnapshot } from '../domain/papers/credit-note.ts';
import type { InvoiceSnapshot } from '../domain/papers/invoice.ts';
import type { PaymentGatewayName } from '../domain/payments/payment-gateways.ts';
import type { Engine } from '../engine/engine.ts';
import type { Identity } from '../identity/identity.ts';
import type { Seller } from '../platform/config.ts';
import type { QueuedReads } from '../platform/database/pipelined-reads.ts';
import type { LoadBounds } from '../platform/load/load-bounds.ts';
import type { Logger } from '../platform/logger.ts';
import type { OidcSettings } from '../platform/settings/oidc.ts';
import type { OrderReader } from '../queries/orders/order-reader.ts';
import type { SecretBox } from '../platform/secrets/secret-box.ts';
import type { AddressPolicy } from '../webhooks/address-policy.ts';
import type { SecurityHeadersOptions } from './http/security-headers.ts';
import type { TlsCredentials } from './http/server.ts';
import type { Metrics } from './metrics.ts';
import type { ProcessReport } from './metrics/process-report.ts';

/** Invoices and credit notes in the forms that others take. */
export interface Papers {
  /** The file, or drawn again where it is gone: the same bytes. */
  pdf(snapshot: InvoiceSnapshot | CreditNoteSnapshot): Promise<Uint8Array>;
  /** UBL 2.1. */
  xml(snapshot: InvoiceSnapshot | CreditNoteSnapshot): string;
}

/** Of the configuration, what the API goes by, and tells whoever asks for it. */
export interface ShopSettings {
  /** ISO 4217 code of orders that name none. */
  readonly currency: string;
  readonly timezone: string;
  readonly locale: string;
  readonly financialYearStartMonth: number;
  readonly seller: Seller;
  /** How long an order may stay paid, or in the warehouse, before the overview calls it stuck. */
  readonly stuckAfterHours: number;
  /** Where people come in, for links that are handed on; left out: where whoever asks for one has come in. */
  readonly publicUrl?: string | undefined;
}

/** Takes payment gateways' webhooks: verified by their signature, written down once. */
export interface PaymentWebhooks {
  /** Why one is not taken, whatever its body is; undefined: for nothing that its head tells. */
  refusalOfHead(head: PaymentWebhookHead): 'refused' | 'not_configured' | undefined;
  receive(
    webhook: PaymentWebhookHead & { readonly body: Buffer },
  ): Promise<'taken' | 'known' | 'refused' | 'not_configured'>;
}

interface PaymentWebhookHead {
  readonly gateway: string;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
}

/** What the API is built on. */
export interface ApiDependencies {
  readonly engine: Engine;
  readonly orders: OrderReader;
  readonly pool: Pool;
  /** For what is asked for most: pages of lists, timelines, searches, and single things by id. */
  readonly reads: QueuedReads;
  readonly identity: Identity;
  /** Networks of the proxies that are believed about where a request comes from; left out: none. */
  readonly trustedProxies?: readonly string[];
  /** How much it takes on at once; left out: as much as comes. */
  readonly load?: LoadBounds;
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** What all the processes behind this port have to tell, this one included; left out: it is the only one. */
  readonly metricsOfAll?: (() => Promise<ProcessReport>) | undefined;
  readonly papers: Papers;
  /** The gateways that payments can go through; left out: none. */
  readonly paymentGateways?: readonly PaymentGatewayName[];
  /** Seals the secrets that webhooks are signed with. */
  readonly secretBox: SecretBox;
  /** Where webhooks may go. */
  readonly webhookPolicy: AddressPolicy;
  readonly settings: ShopSettings;
  /** The built console, index.html and assets/; undefined: this API has none. */
  readonly consoleFolder?: string;
  readonly paymentWebhooks: PaymentWebhooks;
  /** The provider that people may sign in by; left out: none. */
  readonly oidc?: OidcSettings;
  /** Left out: it speaks plain HTTP. */
  readonly tls?: TlsCredentials;
  /** How browsers come to it. */
  readonly web: SecurityHeadersOptions;
  /** Whether the broker takes messages; undefined: there is none, and jobs need none. */
  readonly brokerReady?: () => boolean;
  /** Turns false when the process begins to stop: nothing new should be sent here. */
  readonly accepting: () => boolean;
}

export type Api = FastifyInstance<
  RawServerDefault,
  RawRequestDefaultExpression,
  RawReplyDefaultExpression,
  FastifyBaseLogger,
  TypeBoxTypeProvider
>;
