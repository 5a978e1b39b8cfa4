import { Command, InvalidArgumentError } from 'commander';
import type { Pool } from 'pg';
import { namedCustomer } from '../../api/access/customer-meant.ts';
import { NO_SHOP } from '../../api/schemas/customer.ts';
import { customerExportPage } from '../../api/views/customer.ts';
import type { Config } from '../../platform/config.ts';
import { silentLogger } from '../../platform/logger.ts';
import { createPool } from '../../platform/database/postgres.ts';
import { StartError } from '../../platform/start-error.ts';
import { inTransaction } from '../../platform/database/transaction.ts';
import { eraseCustomer } from '../../privacy/erase.ts';
import { decodeCursor } from '../../api/lists/cursor.ts';
import { findCustomer, type CustomerShop, type ShopCustomer } from '../../queries/orders/customer-shops.ts';
import { OrderReader } from '../../queries/orders/order-reader.ts';
import { withDatabase } from '../database.ts';

/** Who is on record for what is done from the shell. */
const ACTOR = 'shell';
const ORDERS_AT_ONCE = 50;

const SHOP_OPTION = [
  '--shop <id>',
  "the shop whose customer it is, by its key's id; 0: of the orders that no shop placed",
  shopIdOf,
] as const;

export function eraseCommand(config: () => Config): Command {
  return new Command('erase')
    .description('take what tells who a customer is out of everything that is held; cannot be undone')
    .argument('<customer>', "the customer's id, as orders have it")
    .option(...SHOP_OPTION)
    .option('--yes', 'really do it')
    .action(async (customerId: string, { shop, yes }: { shop?: number; yes?: boolean }) => {
      if (!yes) {
        throw new StartError(
          `erase takes the name, addresses and reasons of ${customerId} out of everything that is held, for good: ` +
            'say --yes if that is what you want ("roundtrip export-customer" prints it before)',
        );
      }
      const outcome = await withPool(config(), (pool) =>
        inTransaction(pool, (client) =>
          eraseCustomer(client, namedCustomer({ customer_id: customerId, shop_id: shop }), ACTOR),
        ),
      );
      if (outcome.kind === 'not_found') throw nothingHeld();
      if (outcome.kind === 'of_several_shops') throw ofSeveralShops(outcome.shops);
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
    .option(...SHOP_OPTION)
    .action(async (customerId: string, { shop }: { shop?: number }) => {
      const settings = config();
      const found = await withPool(settings, async (pool, url) => {
        const meant = await findCustomer(pool, namedCustomer({ customer_id: customerId, shop_id: shop }));
        if (meant.kind === 'nobody') return 0;
        if (meant.kind === 'of_several_shops') throw ofSeveralShops(meant.shops);
        const orders = new OrderReader(url);
        try {
          return await printOrders({ pool, orders }, meant.customer);
        } finally {
          await orders.close();
        }
      });
      if (found === 0) throw nothingHeld();
    });
}

async function printOrders(from: Parameters<typeof customerExportPage>[0], customer: ShopCustomer): Promise<number> {
  let printed = 0;
  let after: string | null = null;
  do {
    const page = { limit: ORDERS_AT_ONCE, after: after === null ? undefined : decodeCursor('customer-orders', after) };
    const { data, next } = await customerExportPage(from, customer, page);
    for (const order of data) console.log(JSON.stringify(order));
    printed += data.length;
    after = next;
  } while (after !== null);
  return printed;
}

function shopIdOf(text: string): number {
  if (!/^\d{1,15}$/.test(text)) {
    throw new InvalidArgumentError('must be the id of a key, as `roundtrip keys list --json` has it, or 0');
  }
  return Number(text);
}

function nothingHeld(): StartError {
  return new StartError('nothing is held on this customer');
}

function ofSeveralShops(shops: readonly CustomerShop[]): StartError {
  const named = shops.map(({ shopId, name }) => (shopId === null ? `--shop ${NO_SHOP}` : `--shop ${shopId} (${name})`));
  return new StartError(`several shops have a customer of this id; say which is meant: ${named.join(', ')}`);
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
