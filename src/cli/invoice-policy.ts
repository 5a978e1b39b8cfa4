import type { InvoicePolicy } from '../domain/papers/invoice.ts';
import type { Config } from '../platform/config.ts';

/** What of the settings the papers are made by. */
export function invoicePolicyOf(config: Config): InvoicePolicy {
  const { invoicePrefix: prefix, creditNotePrefix, timezone, locale, financialYearStartMonth, seller } = config;
  return { prefix, creditNotePrefix, timezone, locale, financialYearStartMonth, seller };
}
