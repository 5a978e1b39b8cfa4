import { Command, InvalidArgumentError } from 'commander';
import { DateTime } from 'luxon';
import { recordFinding } from '../../jobs/reconciliation/differences.ts';
import { reconcile, type Reconciliation } from '../../jobs/reconciliation/reconcile.ts';
import type { Compared } from '../../jobs/reconciliation/compared.ts';
import { capturableMinor } from '../../domain/payments/balances.ts';
import type { PaymentGatewayName } from '../../domain/payments/payment-gateways.ts';
import type { PaymentGateway } from '../../payments/payment-gateway.ts';
import type { PaymentDifference } from '../../payments/reconciliation/payments.ts';
import type { RefundDifference } from '../../payments/reconciliation/refunds.ts';
import { createGatewayRegistry } from '../../payments/registry.ts';
import type { Config } from '../../platform/config.ts';
import { createLogger } from '../../platform/logger.ts';
import { StartError } from '../../platform/start-error.ts';
import { createBackend, type Backend } from '../backend.ts';
import { withDatabase } from '../database.ts';

interface ReconcileFlags {
  readonly repair?: boolean;
  readonly json?: boolean;
  readonly gateway?: string;
  readonly since?: Date;
}

/** What came of comparing with each gateway, by its name. */
type Found = Partial<Record<PaymentGatewayName, Reconciliation>>;

export function reconcileCommand(config: () => Config): Command {
  return new Command('reconcile')
    .description("compare our payments and refunds with the gateways' books; exits with 1 when something differs still")
    .option('--repair', 'write down here what a gateway has done and we do not know of')
    .option('--gateway <name>', 'only local, stripe or razorpay, instead of all that are configured')
    .option(
      '--since <date>',
      'only payments and refunds from this moment on, and those under way, such as 2026-04-01, in TIMEZONE',
      (text) => momentOf(text, config().timezone),
    )
    .option('--json', 'print one JSON object, by gateway')
    .action(async (flags: ReconcileFlags) => {
      const settings = config();
      const { found, failures } = await withDatabase(settings, async (databaseUrl) => {
        const backend = createBackend(settings, databaseUrl, createLogger('warn'));
        try {
          return await compareWithEach(await gatewaysOf(flags.gateway, settings), backend, flags);
        } finally {
          await backend.close();
        }
      });
      const results = Object.entries(found);
      if (results.length > 0) {
        console.log(
          flags.json ? JSON.stringify(found) : results.flatMap(([name, result]) => summary(name, result)).join('\n'),
        );
      }
      if (failures.length > 0) throw new StartError(failures.join('\n'));
      if (results.some(([, { payments, refunds }]) => payments.open.length + refunds.open.length > 0)) {
        process.exitCode = 1;
      }
    });
}

/** One that does not give its books leaves the others to be compared. */
async function compareWithEach(
  gateways: readonly PaymentGateway[],
  { pool, engine, logger }: Backend,
  { repair, since }: ReconcileFlags,
): Promise<{ found: Found; failures: string[] }> {
  const found: Found = {};
  const failures: string[] = [];
  for (const gateway of gateways) {
    try {
      const result = await reconcile({
        pool,
        gateway,
        engine: repair ? engine : undefined,
        logger,
        since: since ?? null,
      });
      await recordFinding(pool, { gateway: gateway.name, ...result, since: since ?? null });
      found[gateway.name] = result;
    } catch (error) {
      if (!(error instanceof StartError)) throw error;
      failures.push(`${gateway.name}: ${error.message}`);
    }
  }
  return { found, failures };
}

/** @throws StartError when the one that is asked for is not configured */
async function gatewaysOf(name: string | undefined, settings: Config): Promise<PaymentGateway[]> {
  const localUrl = settings.paymentGatewayBaseUrl ?? `http://127.0.0.1:${settings.gatewayPort}`;
  const gateways = await createGatewayRegistry(settings.payments, localUrl);
  const asked = gateways.names.filter((each) => name === undefined || each === name);
  if (asked.length > 0) return asked.flatMap((each) => gateways.find(each) ?? []);
  throw new StartError(`there is no gateway ${name} here; configured: ${gateways.names.join(', ')}`);
}

/**
 * A day's beginning, or a moment; of the time zone, where the text has no offset of its own.
 *
 * @throws InvalidArgumentError
 */
export function momentOf(text: string, timezone: string): Date {
  const moment = DateTime.fromISO(text, { zone: timezone });
  if (!moment.isValid) throw new InvalidArgumentError('It must be a date such as 2026-04-01.');
  return moment.toJSDate();
}

function summary(gateway: string, { payments, refunds }: Reconciliation): string[] {
  return [...told(gateway, 'payments', payments, toldOfPayment), ...told(gateway, 'refunds', refunds, toldOfRefund)];
}

function told<Difference>(
  gateway: string,
  what: string,
  { ours, theirs, repaired, open }: Compared<Difference>,
  tell: (difference: Difference) => string,
): string[] {
  return [
    `${gateway}: ${ours} ${what} here, ${theirs} at the gateway: ${repaired.length} repaired, ${open.length} differ`,
    ...repaired.map((difference) => `repaired: ${tell(difference)}`),
    ...open.map((difference) => `DIFFERS: ${tell(difference)}`),
  ];
}

function toldOfPayment(difference: PaymentDifference): string {
  switch (difference.kind) {
    case 'ahead_there':
    case 'states_differ': {
      const { payment, theirs } = difference;
      return `payment ${payment.id} is ${payment.state} here, and ${theirs.status} at the gateway`;
    }
    case 'not_at_the_gateway':
      return `payment ${difference.payment.id} is ${difference.payment.state} here, and unknown at the gateway`;
    case 'amounts_differ': {
      const { payment, theirs } = difference;
      const there = theirs.status === 'captured' ? theirs.capturedMinor : theirs.amountMinor;
      return `payment ${payment.id} is ${capturableMinor(payment)} ${payment.currency} here, and ${there} ${theirs.currency} at the gateway`;
    }
    case 'outcome_unknown':
      return `payment ${difference.payment.id} is under way here for over an hour, and neither done nor pending at the gateway`;
    case 'paid_twice':
      return `payment ${difference.payment.id} was captured ${difference.theirs.length} times at the gateway`;
    case 'unknown_here': {
      const { reference, gatewayReference, status } = difference.theirs;
      return `the gateway has ${status} ${reference || 'a payment without a reference'} (${gatewayReference}), which is no payment here`;
    }
  }
}

function toldOfRefund(difference: RefundDifference): string {
  switch (difference.kind) {
    case 'paid_but_open_here':
      return `refund ${difference.refund.id} is ${difference.refund.state} here, and paid at the gateway`;
    case 'failed_there':
      return `refund ${difference.refund.id} is SUCCEEDED here, and has failed at the gateway since it was paid`;
    case 'not_at_the_gateway':
      return `refund ${difference.refund.id} is SUCCEEDED here, and unknown at the gateway`;
    case 'amounts_differ': {
      const { refund, theirs } = difference;
      return `refund ${refund.id} is ${refund.amountMinor} ${refund.currency} here, and ${theirs.amountMinor} ${theirs.currency} at the gateway`;
    }
    case 'outcome_unknown':
      return `refund ${difference.refund.id} is under way here for over an hour, and neither paid nor pending at the gateway`;
    case 'paid_twice': {
      const { refund, theirs } = difference;
      const times = `${theirs.length === 1 ? 'once' : `${theirs.length} times`} at the gateway`;
      return `refund ${refund.id} was paid ${times}${refund.isPaidElsewhere ? ', and elsewhere' : ''}`;
    }
    case 'unknown_here':
      return `the gateway paid ${difference.theirs.reference} (${difference.theirs.gatewayReference}), which is no refund here`;
  }
}
