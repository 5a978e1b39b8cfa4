import { expect, test } from 'vitest';
import { StartError } from '../platform/start-error.ts';
import { readShopConfig } from './shop-config.ts';

test.each(['INR', 'JPY', 'KWD'])('orders may be in %s where they name no currency', (currency) => {
  expect(readShopConfig({ CURRENCY: currency }).currency).toBe(currency);
});

test.each(['ABC', 'DEM', 'XAU'])('%s, a currency that is in use nowhere, is refused at start', (currency) => {
  expect(() => readShopConfig({ CURRENCY: currency })).toThrow(
    new StartError(
      `the configuration has 1 fault(s): CURRENCY must be a currency in use such as INR, not "${currency}"`,
    ),
  );
});
