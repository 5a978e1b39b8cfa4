import type { JobKind } from '../../domain/decision.ts';
import { RabbitEventExchange } from '../../jobs/events/exchange.ts';
import { EventFeed } from '../../jobs/events/feed.ts';
import { InProcessBroker } from '../../jobs/in-process-broker.ts';
import { DEFAULT_LEASES, JobStore } from '../../jobs/job-store.ts';
import { emailPaper } from '../../jobs/handlers/email-paper.ts';
import { movePayment } from '../../jobs/handlers/move-payment.ts';
import { inquirePayment } from '../../jobs/handlers/inquire-payment.ts';
import { inquireRefund } from '../../jobs/handlers/inquire-refund.ts';
import { CREDIT_NOTES, INVOICES } from '../../jobs/handlers/papers.ts';
import { renderPaper } from '../../jobs/handlers/render-paper.ts';
import { erasePaper } from '../../jobs/handlers/erase-paper.ts';
import { submitRefund } from '../../jobs/handlers/submit-refund.ts';
import { startDailyReconciliation } from '../../jobs/reconciliation/daily.ts';
import { startHousekeeping } from '../../jobs/housekeeping.ts';
import { housekeepingTasks } from './housekeeping-tasks.ts';
import { namespaceOf, RabbitBroker } from '../../jobs/rabbitmq-broker.ts';
import { Relay } from '../../jobs/relay.ts';
import { Worker } from '../../jobs/worker.ts';
import { createGatewayRegistry } from '../../payments/registry.ts';
import { readInstallation } from '../../queries/installation.ts';
import { createMailer } from '../../platform/mail.ts';
import { Webhooks } from '../../webhooks/webhooks.ts';
import type { Backend } from '../backend.ts';
import { within, type Role } from './role.ts';

/** Longest wait for what is under way when stopping, jobs and all else; jobs that are not done by then are put back. */
const DRAIN_PATIENCE_MS = 15_000;

/** Drawing keeps a core busy, however many are drawn at once; money goes first. */
const MOST_AT_ONCE: Readonly<Partial<Record<JobKind, number>>> = { 'invoice.render': 4, 'credit_note.render': 4 };

/** Relays jobs and runs them, keeps the event feed going and sends webhooks, in this process. */
export async function startWorker(backend: Backend, gatewayBaseUrl: string): Promise<Role> {
  const { config, engine, pool, reads, renderer, logger, metrics } = backend;
  const { invoiceOutputDir: outputDirectory, mailFrom } = config;
  const store = new JobStore(pool, {
    ...DEFAULT_LEASES,
    messageSeconds: config.messageLeaseSeconds,
    jobSeconds: config.jobLeaseSeconds,
  });
  const broker =
    config.brokerUrl === undefined
      ? new InProcessBroker()
      : new RabbitBroker({
          brokerUrl: config.brokerUrl,
          namespace: namespaceOf(await readInstallation(pool)),
          logger,
          observer: metrics,
        });
  if (broker instanceof RabbitBroker) metrics.watchBroker(() => broker.ready);
  const mailer = createMailer({ smtpUrl: config.smtpUrl, outputDirectory: config.mailOutputDir, from: mailFrom });
  const gateways = await createGatewayRegistry(config.payments, gatewayBaseUrl);
  const payments = { engine, reads, gatewayOf: gateways.find };
  const paper = { engine, reads, renderer, outputDirectory };
  const worker = new Worker({
    store,
    broker,
    logger,
    concurrencyOf: (kind) => Math.min(config.workerConcurrency, MOST_AT_ONCE[kind] ?? Infinity),
    handlers: {
      'invoice.render': renderPaper(INVOICES, paper),
      'invoice.email': emailPaper(INVOICES, { ...paper, mailer, mailFrom }),
      'credit_note.render': renderPaper(CREDIT_NOTES, paper),
      'credit_note.email': emailPaper(CREDIT_NOTES, { ...paper, mailer, mailFrom }),
      'payment.authorise': movePayment('authorise', payments),
      'payment.capture': movePayment('capture', payments),
      'payment.void': movePayment('void', payments),
      'payment.inquire': inquirePayment(payments),
      'invoice.erase': erasePaper(INVOICES, { ...paper, mailer }),
      'credit_note.erase': erasePaper(CREDIT_NOTES, { ...paper, mailer }),
      'refund.submit': submitRefund({ engine, reads, gateways }),
      'refund.inquire': inquireRefund({ engine, reads, gateways }),
    },
    observer: metrics,
  });
  const relay = new Relay(store, broker, logger);
  backend.onJobsReady(() => {
    relay.wake();
  });
  const exchange = config.brokerUrl === undefined ? undefined : new RabbitEventExchange(config.brokerUrl);
  const events = new EventFeed({ pool, exchange, logger, observer: metrics });
  const webhooks = new Webhooks({
    pool,
    logger,
    box: backend.secretBox,
    policy: backend.webhookPolicy,
    observer: metrics,
  });
  await worker.start();
  relay.start();
  events.start();
  webhooks.start();
  const housekeeping = startHousekeeping(housekeepingTasks(pool, config), logger);
  const reconciliation = startDailyReconciliation({ pool, engine, gateways, logger });
  return {
    stop: async () => {
      housekeeping.stop();
      // All at once: no job is taken while another part ends what it has, and no part's patience comes after another's.
      const parts = [relay, events, webhooks, reconciliation].map((part) => within(DRAIN_PATIENCE_MS, part.stop()));
      const ends = await Promise.allSettled([worker.stop(DRAIN_PATIENCE_MS), ...parts]);
      for (const end of ends) {
        if (end.status === 'rejected') logger.warn({ error: String(end.reason) }, 'a part did not stop in good order');
      }
      mailer.close();
    },
  };
}
