import { Command } from 'commander';
import type { Pool } from 'pg';
import { customerExportPage } from '../../api/views/customer.ts';
import type { Config } from '../../platform/config.ts';
import { silentLogger } from '../../platform/logger.ts';
import { createPool } from '../../platform/database/postgres.ts';
import { StartError } from '../../platform/start-error.ts';
import { inTransaction } from '../../platform/database/transaction.ts';
import { eraseCustomer } from '../../privacy/erase.ts';
import { decodeCursor } from '../../api/lists/cursor.ts';
import { OrderReader } from '../../queries/orders/order-reader.ts';
import { withDatabase } from '../database.ts';

/** Who is on record for what is done from the shell. */
const ACTOR = 'shell';
const ORDERS_AT_ONCE = 50;

export function eraseCommand(config: () => Config): Command {
  return new Command('erase')
    .description('take what tells who a customer is out of everything that is held; cannot be undone')
    .argument('<customer>', "the customer's id, as orders have it")
    .requiredOption('--yes', 'really do it')
    .action(async (customerId: string) => {
      const outcome = await withPool(config(), (pool) =>
        inTransaction(pool, (client) => eraseCustomer(client, customerId, ACTOR)),
      );
      if (outcome.kind === 'not_found') throw new StartError('nothing is held on this customer');
      if (outcome.kind === 'under_way') {
        throw new StartError(`nothing was erased: these orders are not through yet: ${outcome.orderIds.join(', ')}`);
      }
      const { pseudonym, orders, invoices, keptReasons } = outcome.erasure;
      console.log(`erased from ${orders} orders and ${invoices} invoices; in its place stands ${pseudonym}`);
      console.log('a worker draws the invoices anew and removes the e-mails');
      if (keptReasons > 0) console.log(`${keptReasons} reasons from before stay: the record's hashes cover them`);
    });
}

export function exportCustomerCommand(config: () => Config): Command {
  return new Command('export-customer')
    .description('print all that is held on a customer, as JSON: one line an order')
    .argument('<customer>', "the customer's id, as orders have it")
    .action(async (customerId: string) => {
      const settings = config();
      const found = await withPool(settings, async (pool, url) => {
        const orders = new OrderReader(url);
        try {
          return await printOrders({ pool, orders }, customerId);
        } finally {
          await orders.close();
        }
      });
      if (found === 0) throw new StartError('nothing is held on this customer');
    });
}

async function printOrders(from: Parameters<typeof customerExportPage>[0], customerId: string): Promise<number> {
  let printed = 0;
  let after: string | null = null;
  do {
    const page = { limit: ORDERS_AT_ONCE, after: after === null ? undefined : decodeCursor(after) };
    const { data, next } = await customerExportPage(from, customerId, page);
    for (const order of data) console.log(JSON.stringify(order));
    printed += data.length;
    after = next;
  } while (after !== null);
  return printed;
}

async function withPool<Result>(config: Config, use: (pool: Pool, url: string) => Promise<Result>): Promise<Result> {
  return withDatabase(config, async (databaseUrl) => {
    const pool = createPool({ databaseUrl, applicationName: 'roundtrip customer', size: 2, logger: silentLogger });
    try {
      return await use(pool, databaseUrl);
    } finally {
      await pool.end();
    }
  });
}
