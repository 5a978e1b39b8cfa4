import { expect, test } from 'vitest';
import { readConfig } from '../platform/config.ts';
import { StartError } from '../platform/start-error.ts';
import { withDatabase } from './database.ts';

test('a command whose database cannot be reached says so in one line, without the password, and does nothing', async () => {
  let hasBegun = false;
  const refusal = await withDatabase(readConfig({ DATABASE_URL: 'postgresql://me:secret@127.0.0.1:1/shop' }), () => {
    hasBegun = true;
    return Promise.resolve();
  }).catch((error: unknown) => error);
  expect(hasBegun).toBe(false);
  expect(refusal).toBeInstanceOf(StartError);
  expect(String(refusal)).toMatch(
    /^StartError: cannot connect to PostgreSQL at 127\.0\.0\.1:1, database "shop" \(.*\)/,
  );
  expect(String(refusal)).not.toMatch(/secret|\n/);
});
