import { Type } from 'typebox';
import { Id, named, ref, strict, Timestamp, TimestampOut } from './common.ts';
import { SignedAmountMinor } from './pricing.ts';

const Account = Type.String({ examples: ['receivable', 'cash:stripe', 'tax:CGST'] });

/** Of many orders, and so without the bounds of one amount. */
const Sum = (description: string) =>
  Type.Integer({ description: `${description}; exact, also past 2^53`, examples: [129900] });

export const TrialBalanceSchema = named(
  'TrialBalance',
  Type.Object({
    is_provisional: Type.Boolean({
      description: '`before` is in the last minute or later, or left out: entries may still be added. Read it again.',
    }),
    currencies: Type.Array(
      Type.Object({
        currency: Type.String(),
        accounts: Type.Array(
          Type.Object({
            account: Account,
            debit_minor: Sum('The sum of its debits'),
            credit_minor: Sum('The sum of its credits'),
            balance_minor: Sum('Debits less credits'),
          }),
        ),
        debit_minor: Sum('The sum of all debits'),
        credit_minor: Sum('The sum of all credits'),
        balance_minor: { ...SignedAmountMinor, description: '0: the books balance' },
      }),
    ),
  }),
);

export const LedgerEntrySchema = named(
  'LedgerEntry',
  Type.Object({
    transaction_id: Id,
    line: Type.Integer(),
    account: Account,
    amount_minor: { ...SignedAmountMinor, description: 'Positive: a debit; negative: a credit' },
    currency: Type.String(),
    cause: Type.String({ description: 'The move on record that it was posted with', examples: ['order.ship'] }),
    cause_id: { ...Id, description: 'What moved' },
    created_at: TimestampOut,
  }),
);

export const OrderLedgerSchema = named(
  'OrderLedger',
  Type.Object({
    order_id: Id,
    currency: Type.String(),
    accounts: Type.Array(Type.Object({ account: Account, balance_minor: SignedAmountMinor })),
    entries: Type.Array(ref(LedgerEntrySchema), { description: 'As they were posted, oldest first' }),
  }),
);

export const TrialBalanceQuery = Type.Object(
  { before: Type.Optional({ ...Timestamp, description: 'Exclusive; everything, when left out' }) },
  strict,
);

export const LedgerExportQuery = Type.Object(
  { from: Timestamp, to: { ...Timestamp, description: 'Exclusive' } },
  strict,
);
