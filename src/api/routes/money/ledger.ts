import { Readable } from 'node:stream';
import type { Pool } from 'pg';
import { Type } from 'typebox';
import {
  readLedgerOfOrder,
  readLedgerPage,
  readTrialBalance,
  type LedgerLine,
  type TrialBalanceRow,
} from '../../../queries/money/ledger.ts';
import { SharedReads } from '../../../platform/sharing/shared-reads.ts';
import { visibleOrder } from '../../access/visible-order.ts';
import type { Api, ApiDependencies } from '../../dependencies.ts';
import { csvLine } from '../../lists/csv.ts';
import { exactInteger } from '../../http/exact-integer.ts';
import { problemAnswers } from '../../description/documentation.ts';
import { instantOf } from '../../lists/instant.ts';
import { answerShared, type Worded } from '../../lists/shared-answer.ts';
import { ProblemError } from '../../problems/problem.ts';
import { IdParameters, ref } from '../../schemas/common.ts';
import { LedgerExportQuery, OrderLedgerSchema, TrialBalanceQuery, TrialBalanceSchema } from '../../schemas/ledger.ts';

const LINES_AT_ONCE = 2_000;
/** Longer than passes from the date that an entry bears to its being there for others to read. */
const PROVISIONAL_FOR_MS = 60_000;

export function ledgerRoutes(api: Api, { pool, orders }: ApiDependencies): void {
  const trialBalances = new SharedReads<Worded>();
  api.get(
    '/v1/ledger/trial-balance',
    {
      schema: {
        operationId: 'getTrialBalance',
        tags: ['ledger'],
        summary: 'Read every account with its debits and credits',
        description: 'Sums are exact, also past 2^53: read them as big integers.',
        querystring: TrialBalanceQuery,
        response: { 200: { description: 'By currency and account', ...ref(TrialBalanceSchema) }, ...problemAnswers() },
      },
    },
    ({ query }, reply) => {
      const before = instantOf(query.before, 'before');
      return answerShared(reply, trialBalances, { before }, async (looks) => {
        looks();
        // Looked at before the reading, which may take a while.
        const mayGrow = isProvisional(before);
        return trialBalanceView(await readTrialBalance(pool, before), mayGrow);
      });
    },
  );

  api.get(
    '/v1/orders/:id/ledger',
    {
      schema: {
        operationId: 'getOrderLedger',
        tags: ['ledger'],
        summary: "Read an order's account statement",
        params: IdParameters,
        response: {
          200: { description: 'Its accounts and all that was posted', ...ref(OrderLedgerSchema) },
          ...problemAnswers('order.not_found'),
        },
      },
    },
    async ({ params, principal }) => {
      const found = await visibleOrder(orders, principal, params.id);
      const lines = await readLedgerOfOrder(pool, params.id);
      const balances = new Map<string, number>();
      for (const { account, amountMinor } of lines) balances.set(account, (balances.get(account) ?? 0) + amountMinor);
      return {
        order_id: params.id,
        currency: found.order.currency,
        accounts: Array.from(balances, ([account, balance_minor]) => ({ account, balance_minor })),
        entries: lines.map(entryView),
      };
    },
  );

  api.get(
    '/v1/ledger/export.csv',
    {
      // For the headers alone the whole period would be read, and thrown away.
      exposeHeadRoute: false,
      schema: {
        operationId: 'exportLedger',
        tags: ['ledger'],
        summary: 'Export the entries of a period as CSV, oldest first',
        description:
          'Fields that a spreadsheet would run as a formula are made inert. With the header `Provisional: true` the ' +
          'period ends in the last minute or later, and entries may still be added to it: export it again.',
        querystring: LedgerExportQuery,
        response: {
          200: {
            description: 'The entries',
            content: { 'text/csv': { schema: Type.Unsafe<Readable>({ type: 'string' }) } },
          },
          ...problemAnswers(),
        },
      },
    },
    async ({ query }, reply) => {
      const from = instantOf(query.from, 'from');
      const to = instantOf(query.to, 'to');
      if (!from || !to || from >= to) {
        throw new ProblemError('request.invalid', 'The period ends before it begins', {
          errors: [{ field: 'to', message: 'must be later than from' }],
        });
      }
      if (isProvisional(to)) reply.header('Provisional', 'true');
      return reply
        .type('text/csv; charset=utf-8; header=present')
        .header('Content-Disposition', 'attachment; filename="ledger.csv"')
        .send(Readable.from(csvOf(pool, { from, to })));
    },
  );
}

/** Whether what is being written down at this moment may bear a date of before the end. */
function isProvisional(end: Date | undefined): boolean {
  return end === undefined || end.getTime() > Date.now() - PROVISIONAL_FOR_MS;
}

/** A page of lines at a time, so that a year's export takes no more memory than a day's. */
async function* csvOf(pool: Pool, period: { readonly from: Date; readonly to: Date }): AsyncGenerator<string> {
  yield csvLine([
    'created_at',
    'transaction_id',
    'line',
    'order_id',
    'account',
    'debit_minor',
    'credit_minor',
    'currency',
    'cause',
    'cause_id',
  ]);
  let after: LedgerLine | undefined;
  for (;;) {
    const page = await readLedgerPage(pool, period, after, LINES_AT_ONCE);
    if (page.length > 0) yield page.map(csvLineOf).join('');
    after = page.at(-1);
    if (page.length < LINES_AT_ONCE) return;
  }
}

function csvLineOf(entry: LedgerLine): string {
  return csvLine([
    entry.createdAt.toISOString(),
    entry.transactionId,
    entry.line,
    entry.orderId,
    entry.account,
    Math.max(0, entry.amountMinor),
    Math.max(0, -entry.amountMinor),
    entry.currency,
    entry.cause,
    entry.causeId,
  ]);
}

function entryView(entry: LedgerLine) {
  return {
    transaction_id: entry.transactionId,
    line: entry.line,
    account: entry.account,
    amount_minor: entry.amountMinor,
    currency: entry.currency,
    cause: entry.cause,
    cause_id: entry.causeId,
    created_at: entry.createdAt,
  };
}

function trialBalanceView(rows: readonly TrialBalanceRow[], mayGrow: boolean) {
  const byCurrency = Map.groupBy(rows, ({ currency }) => currency);
  return {
    is_provisional: mayGrow,
    currencies: Array.from(byCurrency, ([currency, accounts]) => {
      const debitMinor = accounts.reduce((sum, row) => sum + row.debitMinor, 0n);
      const creditMinor = accounts.reduce((sum, row) => sum + row.creditMinor, 0n);
      return {
        currency,
        accounts: accounts.map((row) => ({
          account: row.account,
          debit_minor: exactInteger(row.debitMinor),
          credit_minor: exactInteger(row.creditMinor),
          balance_minor: exactInteger(row.debitMinor - row.creditMinor),
        })),
        debit_minor: exactInteger(debitMinor),
        credit_minor: exactInteger(creditMinor),
        balance_minor: exactInteger(debitMinor - creditMinor),
      };
    }),
  };
}
