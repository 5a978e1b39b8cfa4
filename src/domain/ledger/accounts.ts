import type { CreditNoteSnapshot } from '../papers/credit-note.ts';
import type { InvoiceSnapshot } from '../papers/invoice.ts';
import type { Order, Payment, Refund } from '../orders/order.ts';
import { capturedMinor } from '../payments/balances.ts';
import type { TaxedAmount } from '../pricing/tax.ts';

/**
 * The accounts of the ledger. Debits are positive, credits negative; those of an order always add up to nothing.
 *
 * | account              | holds                                                                                     |
 * | -------------------- | ----------------------------------------------------------------------------------------- |
 * | `receivable`         | what customers owe on their invoices (debit), or have paid before one (credit)            |
 * | `cash:GATEWAY`       | what came by a gateway less what went back by it; `cash:elsewhere` where only the shop saw it |
 * | `revenue`            | goods sold, without tax                                                                   |
 * | `tax:NAME`           | tax charged, by component                                                                 |
 * | `shipping`           | shipping sold, without tax                                                                |
 * | `rounding`           | what rounding totals has added or taken off                                               |
 * | `refunds_payable`    | refunds decided on and not yet paid                                                       |
 * | `fees`               | restocking fees and other deductions kept back                                            |
 * | `allowances`         | money given back without goods                                                            |
 * | `store_credit`       | what customers have paid above what they owed                                             |
 */
export type Accounts = ReadonlyMap<string, number>;

/**
 * What an order's accounts come to, by its state alone: the invoice sells, credit notes take sales back, payments and
 * refunds move cash. Each of them is posted in balance, so whatever the order, the accounts add up to nothing.
 */
export function accountsOf(order: Order): Accounts {
  const accounts = new Map<string, number>();
  const post: Post = (account, amountMinor) => {
    const balance = (accounts.get(account) ?? 0) + amountMinor;
    if (balance === 0) accounts.delete(account);
    else accounts.set(account, balance);
  };
  if (order.invoice) postInvoice(post, order.invoice.snapshot);
  for (const { snapshot } of order.creditNotes) postCreditNote(post, snapshot);
  for (const payment of order.payments) postPayment(post, payment);
  for (const refund of order.refunds) postRefund(post, order, refund);
  return accounts;
}

const CASH_ELSEWHERE = 'cash:elsewhere';

type Post = (account: string, amountMinor: number) => void;

/** A sale: what the customer owes for it, against what was sold. */
function postInvoice(post: Post, snapshot: InvoiceSnapshot): void {
  post('receivable', snapshot.totalMinor);
  if (snapshot.version === 1) {
    post('revenue', -snapshot.totalMinor);
    return;
  }
  for (const line of snapshot.lines) postSale(post, 'revenue', line, -1);
  if (snapshot.shipping) postSale(post, 'shipping', snapshot.shipping, -1);
  post('rounding', -snapshot.roundingMinor);
}

/** A sale taken back, but for what is kept. What is given back without goods is posted with its refund. */
function postCreditNote(post: Post, snapshot: CreditNoteSnapshot): void {
  if (snapshot.goodwillMinor > 0) return;
  for (const line of snapshot.lines) postSale(post, 'revenue', line, 1);
  if (snapshot.shipping) postSale(post, 'shipping', snapshot.shipping, 1);
  post('rounding', snapshot.roundingMinor);
  for (const { kind, amountMinor } of snapshot.deductions) {
    post(kind === 'refunded_before' ? 'allowances' : 'fees', -amountMinor);
  }
  post('receivable', -snapshot.totalMinor);
}

function postSale(post: Post, account: string, { taxableMinor, taxes }: TaxedAmount, sign: 1 | -1): void {
  post(account, sign * taxableMinor);
  for (const { name, amountMinor } of taxes) post(`tax:${name}`, sign * amountMinor);
}

function postPayment(post: Post, payment: Payment): void {
  const cashMinor = capturedMinor(payment);
  if (cashMinor === 0) return;
  post(cashAccount(payment), cashMinor);
  post('receivable', payment.creditMinor - cashMinor);
  post('store_credit', -payment.creditMinor);
}

function postRefund(post: Post, order: Order, refund: Refund): void {
  const { state, amountMinor } = refund;
  if (state === 'AWAITING_APPROVAL' || state === 'REJECTED') return;
  const payment = order.payments.find(({ id }) => id === refund.paymentId);
  if (!payment) throw new RangeError(`refund ${refund.id} is of no payment of the order`);
  post(state === 'SUCCEEDED' ? paidFrom(refund, payment) : 'refunds_payable', -amountMinor);
  post(debitedBy(order, refund), amountMinor);
}

/** What a refund is set against. */
function debitedBy(order: Order, { cause, returnId }: Refund): string {
  // Of an order that was cancelled, everything goes back for the same reason.
  if (cause === 'goodwill') return order.state === 'CANCELLED' ? 'receivable' : 'allowances';
  // A return from before there were credit notes takes the sale back by itself.
  const isDocumented = returnId === null || order.creditNotes.some((note) => note.returnId === returnId);
  return isDocumented ? 'receivable' : 'revenue';
}

function cashAccount({ gateway }: Payment): string {
  return gateway === null ? CASH_ELSEWHERE : `cash:${gateway}`;
}

function paidFrom({ elsewhereReference }: Refund, payment: Payment): string {
  return elsewhereReference === null ? cashAccount(payment) : CASH_ELSEWHERE;
}
