import assert from 'node:assert/strict';
import fc from 'fast-check';
import { describe, test } from 'vitest';
import { live, moneyLives } from '../../../test/support/shop/money-walks.ts';
import type { CreditNoteSnapshot } from '../papers/credit-note.ts';
import { accountsOf, type Accounts } from '../ledger/accounts.ts';
import { entriesBetween } from '../ledger/entries.ts';
import type { Order } from '../orders/order.ts';
import { capturedMinor, leftToRefundMinor, outstandingMinor, refundsAwaitingApproval } from '../payments/balances.ts';
import { sumOf } from '../pricing/share.ts';
import { taxMinorOf, type TaxedAmount } from '../pricing/tax.ts';

/*
 * Random orders through random payments, returns, cancellations and refunds, without a unit of difference between lines,
 * payments, refunds, papers and ledger. `npm run money:proof` tries a hundred thousand, so it asserts by the cheapest means.
 */

const RUNS = Number(process.env['MONEY_PROOF_RUNS'] ?? 300);
const TIMEOUT_MS = Math.max(20_000, RUNS * 20);
const run = { numRuns: RUNS };

const paidBack = (order: Order) =>
  order.refunds.filter(({ state }) => state !== 'AWAITING_APPROVAL' && state !== 'REJECTED');
const papersOf = (order: Order): CreditNoteSnapshot[] => order.creditNotes.map(({ snapshot }) => snapshot);
const balance = (accounts: Accounts, account: string) => accounts.get(account) ?? 0;

function assertNothingBelowZero({ taxableMinor, taxes, totalMinor }: TaxedAmount): void {
  assert.ok(Math.min(taxableMinor, totalMinor, ...taxes.map(({ amountMinor }) => amountMinor)) >= 0);
  assert.equal(taxableMinor + taxMinorOf({ taxes }), totalMinor);
}

function assertPapersAddUp(order: Order): void {
  for (const paper of papersOf(order)) {
    const { lines, shipping, roundingMinor, goodwillMinor, deductions, totalMinor } = paper;
    const amounts: TaxedAmount[] = [...lines, ...(shipping ? [shipping] : [])];
    amounts.forEach(assertNothingBelowZero);
    const credited = sumOf(amounts.map((amount) => amount.totalMinor)) + roundingMinor + goodwillMinor;
    assert.equal(credited - sumOf(deductions.map(({ amountMinor }) => amountMinor)), totalMinor);
    assert.ok(totalMinor >= 0);
  }
  const documented = order.invoice ? paidBack(order) : [];
  assert.equal(
    sumOf(papersOf(order).map(({ totalMinor }) => totalMinor)),
    sumOf(documented.map(({ amountMinor }) => amountMinor)),
  );
}

function assertPaymentsAddUp(order: Order): void {
  for (const payment of order.payments) {
    const { id, refundedMinor } = payment;
    const ofIt = order.refunds.filter(({ paymentId, state }) => paymentId === id && state !== 'REJECTED');
    assert.equal(refundedMinor, sumOf(ofIt.map((refund) => refund.amountMinor)));
    assert.ok(refundedMinor <= capturedMinor(payment));
  }
  // Whoever has paid, or has cancelled, owes nothing, whatever goes back.
  if (order.state !== 'PENDING_PAYMENT') assert.equal(outstandingMinor(order), 0);
}

/** What a paper says was refunded before was given back, or is on its way: nobody can still say no to it. */
function assertPapersDeductOnlyWhatWentBack(order: Order): void {
  const goodwill = paidBack(order).filter(({ cause }) => cause === 'goodwill');
  const before = papersOf(order).flatMap(({ deductions }) =>
    deductions.filter(({ kind }) => kind === 'refunded_before'),
  );
  assert.ok(
    sumOf(before.map(({ amountMinor }) => amountMinor)) <= sumOf(goodwill.map(({ amountMinor }) => amountMinor)),
  );
}

/** Nothing of a cancelled order is left, and nobody can still decide to keep some of it. */
function assertCancelledGoesBackWhole(order: Order): void {
  if (order.state !== 'CANCELLED') return;
  assert.equal(leftToRefundMinor(order), 0);
  assert.deepEqual(refundsAwaitingApproval(order), []);
}

/** Said from the state alone, without the rules that post. */
function assertLedgerSaysTheState(order: Order, ledger: Accounts): void {
  assert.equal(sumOf([...ledger.values()]), 0);
  const captured = sumOf(order.payments.map(capturedMinor));
  const refunds = paidBack(order);
  const paid = refunds.filter(({ state }) => state === 'SUCCEEDED');
  const isInvoiced = order.invoice !== null;
  const cash = balance(ledger, 'cash:elsewhere') + balance(ledger, 'cash:local');
  assert.equal(cash, captured - sumOf(paid.map(({ amountMinor }) => amountMinor)));
  assert.equal(
    balance(ledger, 'refunds_payable'),
    0 - sumOf(refunds.filter(({ state }) => state !== 'SUCCEEDED').map(({ amountMinor }) => amountMinor)),
  );
  if (isInvoiced || order.state === 'CANCELLED') assert.equal(balance(ledger, 'receivable'), 0);
  else assert.equal(balance(ledger, 'receivable'), 0 - captured);
  if (!isInvoiced) assert.equal(balance(ledger, 'revenue'), 0);
}

describe('whatever an order is made of, and however it is paid and returned', () => {
  test(
    'payments, refunds, papers and ledger agree after each step, and the ledger is what was posted',
    () => {
      fc.assert(
        fc.property(moneyLives({ withGoodwill: true }), (life) => {
          const ledger = new Map<string, number>();
          live(life, (before, after) => {
            const entries = entriesBetween(before, after);
            assert.equal(sumOf(entries.map(({ amountMinor }) => amountMinor)), 0);
            for (const { account, amountMinor } of entries) {
              ledger.set(account, (ledger.get(account) ?? 0) + amountMinor);
              if (ledger.get(account) === 0) ledger.delete(account);
            }
            assert.deepEqual(ledger, accountsOf(after));
            assertLedgerSaysTheState(after, ledger);
            assertPaymentsAddUp(after);
            assertPapersAddUp(after);
            assertPapersDeductOnlyWhatWentBack(after);
            assertCancelledGoesBackWhole(after);
            // No line's price moves, whatever comes back of it or of another.
            for (const [index, item] of after.items.entries()) {
              assert.deepEqual({ ...item, returnedQuantity: 0 }, { ...before.items[index], returnedQuantity: 0 });
            }
          });
        }),
        run,
      );
    },
    TIMEOUT_MS,
  );

  test(
    'all its units, in any order and grouping, are worth each line to the unit: taxable value, each tax, and discounts',
    () => {
      fc.assert(
        fc.property(moneyLives({ withGoodwill: false }), (life) => {
          const order = live(life, () => undefined);
          const lines = papersOf(order).flatMap((paper) => paper.lines);
          for (const item of order.items) {
            const back = lines.filter(({ lineNumber }) => lineNumber === item.lineNumber);
            const sum = (amountOf: (line: (typeof back)[number]) => number) => sumOf(back.map(amountOf));
            assert.equal(
              sum(({ quantity }) => quantity),
              item.quantity,
            );
            assert.equal(
              sum(({ totalMinor }) => totalMinor),
              item.totalMinor,
            );
            assert.equal(
              sum(({ taxableMinor }) => taxableMinor),
              item.taxableMinor,
            );
            assert.equal(
              sum(({ discountMinor }) => discountMinor),
              item.discountMinor + item.orderDiscountMinor,
            );
            for (const [index, tax] of item.taxes.entries()) {
              assert.equal(
                sum(({ taxes }) => taxes[index]?.amountMinor ?? Number.NaN),
                tax.amountMinor,
              );
            }
          }
          const { shipping, roundingMinor } = order.pricing;
          const refunded = sumOf(order.refunds.map(({ amountMinor }) => amountMinor));
          if (shipping?.refund === 'never' && shipping.totalMinor > 0) {
            assert.ok(order.totalMinor - refunded - shipping.totalMinor <= Math.abs(roundingMinor));
            assert.ok(refunded <= order.totalMinor);
          } else {
            assert.equal(refunded, order.totalMinor);
            assert.equal(leftToRefundMinor(order), 0);
            // Every account of what was sold is back at nothing.
            const sold = [...accountsOf(order).keys()].filter((account) =>
              /^(revenue|tax|shipping|rounding)/.test(account),
            );
            assert.deepEqual(sold, []);
          }
        }),
        run,
      );
    },
    TIMEOUT_MS,
  );
});
