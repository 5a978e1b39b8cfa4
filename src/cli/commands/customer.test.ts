import { expect, test } from 'vitest';
import { readConfig } from '../../platform/config.ts';
import { eraseCommand } from './customer.ts';

test('erasing a customer without --yes says what would be lost, and looks at no database', async () => {
  const config = () => readConfig({ DATABASE_URL: 'postgres://nobody@127.0.0.1:1/nothing' });
  const erasing = eraseCommand(config).exitOverride().parseAsync(['customer-42'], { from: 'user' });
  await expect(erasing).rejects.toThrow(
    'erase takes the name, addresses and reasons of customer-42 out of everything that is held, for good: ' +
      'say --yes if that is what you want ("roundtrip export-customer" prints it before)',
  );
});
