import { join } from 'node:path';
import { readConfig, type Config } from '../../../src/platform/config.ts';

/** Everything that a shop keeps outside its database is in the folder. */
export function configOfShop(folder: string): Config {
  return readConfig({
    PORT: '0',
    GATEWAY_PORT: '0',
    DATA_DIR: join(folder, 'data'),
    INVOICE_OUTPUT_DIR: join(folder, 'invoices'),
    MAIL_OUTPUT_DIR: join(folder, 'mail'),
    REFUND_APPROVAL_ABOVE_MINOR: '20000',
  });
}
