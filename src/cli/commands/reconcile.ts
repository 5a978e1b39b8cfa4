import { Command, InvalidArgumentError } from 'commander';
import { recordFinding } from '../../jobs/reconciliation/differences.ts';
import { reconcile, type Reconciliation } from '../../jobs/reconciliation/reconcile.ts';
import type { Compared } from '../../jobs/reconciliation/compared.ts';
import { capturableMinor } from '../../domain/payments/balances.ts';
import type { PaymentDifference } from '../../payments/reconciliation/payments.ts';
import type { RefundDifference } from '../../payments/reconciliation/refunds.ts';
import { createGatewayRegistry } from '../../payments/registry.ts';
import type { Config } from '../../platform/config.ts';
import { createLogger } from '../../platform/logger.ts';
import { StartError } from '../../platform/start-error.ts';
import { createBackend } from '../backend.ts';
import { withDatabase } from '../database.ts';

interface ReconcileFlags {
  readonly repair?: boolean;
  readonly json?: boolean;
  readonly gateway: string;
  readonly since?: Date;
}

export function reconcileCommand(config: () => Config): Command {
  return new Command('reconcile')
    .description("compare our payments and refunds with a gateway's books; exits with 1 when something differs still")
    .option('--repair', 'write down here what the gateway has done and we do not know of')
    .option('--gateway <name>', 'local, stripe or razorpay', 'local')
    .option('--since <date>', 'only payments and refunds from this moment on, such as 2026-04-01', dateOf)
    .option('--json', 'print one JSON object')
    .action(async ({ repair, json, gateway: name, since }: ReconcileFlags) => {
      const settings = config();
      const result = await withDatabase(settings, async (databaseUrl) => {
        const backend = createBackend(settings, databaseUrl, createLogger('warn'));
        try {
          const { pool } = backend;
          const gateway = await gatewayCalled(name, settings);
          const engine = repair ? backend.engine : undefined;
          const found = await reconcile({ pool, gateway, engine, since: since ?? null });
          await recordFinding(pool, { gateway: gateway.name, ...found, isComplete: since === undefined });
          return found;
        } finally {
          await backend.close();
        }
      });
      console.log(json ? JSON.stringify(result) : summary(result));
      if (result.payments.open.length + result.refunds.open.length > 0) process.exitCode = 1;
    });
}

/** @throws StartError when it is not configured */
async function gatewayCalled(name: string, settings: Config) {
  const localUrl = settings.paymentGatewayBaseUrl ?? `http://127.0.0.1:${settings.gatewayPort}`;
  const gateways = await createGatewayRegistry(settings.payments, localUrl);
  const found = gateways.names.find((each) => each === name);
  const gateway = found && gateways.find(found);
  if (gateway) return gateway;
  throw new StartError(`there is no gateway ${name} here; configured: ${gateways.names.join(', ')}`);
}

function dateOf(text: string): Date {
  const date = new Date(text);
  if (Number.isNaN(date.getTime())) throw new InvalidArgumentError('It must be a date such as 2026-04-01.');
  return date;
}

function summary({ payments, refunds }: Reconciliation): string {
  return [...told('payments', payments, toldOfPayment), ...told('refunds', refunds, toldOfRefund)].join('\n');
}

function told<Difference>(
  what: string,
  { ours, theirs, repaired, open }: Compared<Difference>,
  tell: (difference: Difference) => string,
): string[] {
  return [
    `${ours} ${what} here, ${theirs} at the gateway: ${repaired.length} repaired, ${open.length} differ`,
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
    case 'not_at_the_gateway':
      return `refund ${difference.refund.id} is SUCCEEDED here, and unknown at the gateway`;
    case 'amounts_differ': {
      const { refund, theirs } = difference;
      return `refund ${refund.id} is ${refund.amountMinor} ${refund.currency} here, and ${theirs.amountMinor} ${theirs.currency} at the gateway`;
    }
    case 'outcome_unknown':
      return `refund ${difference.refund.id} is under way here for over an hour, and neither paid nor pending at the gateway`;
    case 'paid_twice':
      return `refund ${difference.refund.id} was paid ${difference.theirs.length} times at the gateway`;
    case 'unknown_here':
      return `the gateway paid ${difference.theirs.reference} (${difference.theirs.gatewayReference}), which is no refund here`;
  }
}
