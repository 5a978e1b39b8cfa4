import { Type } from 'typebox';
import { AmountMinor, Id, named, ref, strict, Timestamp, TimestampOut } from './common.ts';
import { SignedAmountMinor } from './pricing.ts';

const Account = Type.String({ examples: ['receivable', 'cash:stripe', 'tax:CGST'] });

export const TrialBalanceSchema = named(
  'TrialBalance',
  Type.Object({
    currencies: Type.Array(
      Type.Object({
        currency: Type.String(),
        accounts: Type.Array(
          Type.Object({
            account: Account,
            debit_minor: { ...AmountMinor, description: 'The sum of its debits' },
            credit_minor: { ...AmountMinor, description: 'The sum of its credits' },
            balance_minor: { ...SignedAmountMinor, description: 'Debits less credits' },
          }),
        ),
        debit_minor: AmountMinor,
        credit_minor: AmountMinor,
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
