const MEANINGS: Readonly<Record<string, string>> = {
  receivable: 'What customers owe on their invoices, or have paid before one',
  'cash:elsewhere': 'What came and went past the gateways, as it was recorded',
  revenue: 'Goods sold, without tax',
  shipping: 'Shipping sold, without tax',
  rounding: 'What rounding totals has added or taken off',
  refunds_payable: 'Refunds decided on and not yet paid',
  fees: 'Restocking fees and other deductions kept back',
  allowances: 'Money given back without goods',
  store_credit: 'What customers have paid above what they owed',
};

/** What an account of the ledger holds, in words. Undefined: one that is newer than this console. */
export function meaningOfAccount(account: string): string | undefined {
  const [kind = '', ...rest] = account.split(':');
  const name = rest.join(':');
  if (kind === 'tax') return `Tax charged: ${name}`;
  return MEANINGS[account] ?? (kind === 'cash' ? `What came by ${name}, less what went back by it` : undefined);
}
