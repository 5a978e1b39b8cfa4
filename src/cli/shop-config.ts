import { currencyExponent } from '../domain/money/currencies.ts';
import { readConfig, type Config } from '../platform/config.ts';
import type { Environment } from '../platform/settings/reader.ts';
import { StartError } from '../platform/start-error.ts';

/**
 * Reads the environment, and holds it against the domain, which alone knows the currencies: with one that is in use
 * nowhere, each order that names none would be refused.
 *
 * @throws StartError
 */
export function readShopConfig(environment: Environment): Config {
  const config = readConfig(environment);
  if (currencyExponent(config.currency) === undefined) {
    throw new StartError(
      `the configuration has 1 fault(s): CURRENCY must be a currency in use such as INR, not "${config.currency}"`,
    );
  }
  return config;
}
