import type { ClientBase } from 'pg';
import type { Command } from '../domain/commands.ts';
import { financialYearOf } from '../domain/papers/invoice-issue.ts';
import type { InvoicePolicy } from '../domain/papers/invoice.ts';
import type { MoneyPolicy } from '../domain/money/money-policy.ts';
import { MOST_PAYMENTS } from '../domain/payments/add-payment.ts';
import { MOST_GOODWILL_REFUNDS } from '../domain/refunds/goodwill.ts';
import { sqlState } from '../platform/database/postgres.ts';
import type { Changes, SeriesChange } from './changes.ts';
import { BatchFold, type BatchCircumstances } from './fold.ts';
import { keptAnswers } from './idempotency.ts';
import type { KeptOrders } from './load/kept-orders.ts';
import {
  locateOrders,
  lockJobs,
  lockOrders,
  lockSeries,
  lockSeriesForGoodwill,
  takenOrderNumbers,
  type LocatedKind,
  type LockedOrders,
} from './load.ts';
import { newOrderNumber } from './ids/order-number.ts';
import type { EngineRequest, Intent, Outcome, Target } from './request.ts';

export interface BatchContext {
  readonly invoicePolicy: InvoicePolicy;
  readonly moneyPolicy: MoneyPolicy;
  readonly now: () => Date;
  readonly keptOrders: KeptOrders;
}

export interface BatchResult {
  /** One for each request, in their order. */
  readonly outcomes: readonly Outcome[];
  readonly changes: Changes;
  readonly locked: LockedOrders;
}

/**
 * Loads what the requests concern, inside the transaction that the caller has begun, and folds the pure core over them
 * in arrival order. Writes nothing: the caller saves the changes and commits.
 *
 * @param nextId deals out at least `mostIdsFor(requests)`
 */
export async function decideBatch(
  client: ClientBase,
  requests: readonly EngineRequest[],
  nextId: () => number,
  context: BatchContext,
): Promise<BatchResult> {
  const begunAt = context.now();
  const financialYear = financialYearOf(begunAt, context.invoicePolicy);
  const orderIds = await locate(client, requests);
  const { loaded, lastNumbers, locked } = await load(client, requests, orderIds, financialYear, context.keptOrders);
  const now = nowThatAllIsLocked(begunAt, context);

  let invoiceNumber = lastNumbers.invoice;
  let creditNoteNumber = lastNumbers.creditNote;
  const circumstances: BatchCircumstances = {
    now,
    nextId,
    nextOrderNumber: newOrderNumber,
    nextInvoiceSequence: () => (invoiceNumber += 1),
    nextCreditNoteSequence: () => (creditNoteNumber += 1),
    invoicePolicy: context.invoicePolicy,
    moneyPolicy: context.moneyPolicy,
  };
  const fold = new BatchFold(loaded, circumstances);
  const outcomes = requests.map((request, index) => fold.answer(request, orderIds[index]));
  return {
    outcomes,
    changes: {
      orders: fold.changedOrders,
      transitions: fold.transitions,
      jobs: fold.newJobs,
      finishedJobIds: fold.finishedJobIds,
      jobsSeenTo: fold.jobsSeenTo,
      answers: fold.newAnswers,
      invoiceSeries: seriesChange(lastNumbers.invoice, invoiceNumber),
      creditNoteSeries: seriesChange(lastNumbers.creditNote, creditNoteNumber),
      ledger: fold.ledger,
    },
    locked,
  };

  function seriesChange(last: number, now: number): SeriesChange | undefined {
    return now > last ? { financialYear, lastNumber: now } : undefined;
  }
}

/**
 * What waited for a lock bears no earlier date than what it waited for, so papers are dated in the order of their numbers.
 * Only where the financial year ends meanwhile, it is still the moment before: the series of that year was locked.
 */
function nowThatAllIsLocked(begunAt: Date, { now, invoicePolicy }: BatchContext): Date {
  const lockedAt = now();
  return financialYearOf(lockedAt, invoicePolicy) === financialYearOf(begunAt, invoicePolicy) ? lockedAt : begunAt;
}

/** Sends all that a batch has to read at once; only what it needs. */
async function load(
  client: ClientBase,
  requests: readonly EngineRequest[],
  orderIdsOfRequests: readonly (number | undefined)[],
  financialYear: string,
  keptOrders: KeptOrders,
) {
  const intents = requests.map(({ intent }) => intent);
  const orderIds = [...new Set(orderIdsOfRequests.filter((id) => id !== undefined))];
  const numbers = intents.flatMap((intent) => (intent.kind === 'place' ? (intent.command.orderNumber ?? []) : []));
  const jobIds = intents.flatMap((intent) => ('jobId' in intent ? [intent.jobId] : []));
  const sent = [
    lockOrders(client, orderIds, keptOrders),
    numbers.length > 0 ? takenOrderNumbers(client, numbers) : Promise.resolve(new Set<string>()),
    intents.some(mayInvoice) ? lockSeries(client, 'invoice_series', financialYear) : Promise.resolve(0),
    lockCreditNotes(client, intents, orderIdsOfRequests, financialYear),
    jobIds.length > 0 ? lockJobs(client, jobIds) : Promise.resolve(new Map<number, never>()),
    keptAnswers(client, requests),
  ] as const;
  throwTelling(await Promise.allSettled(sent));
  const [locked, takenNumbers, invoice, creditNote, jobs, answers] = await Promise.all(sent);
  const loaded = { orders: locked.orders, takenNumbers, jobs, answers: new Map(answers) };
  return { loaded, lastNumbers: { invoice, creditNote }, locked };
}

/** Answers with the last number; 0 where nothing was locked, as no credit note can come of this. */
function lockCreditNotes(
  client: ClientBase,
  intents: readonly Intent[],
  orderIdsOfRequests: readonly (number | undefined)[],
  financialYear: string,
): Promise<number> {
  if (intents.some(mayCredit)) return lockSeries(client, 'credit_note_series', financialYear);
  const shippedIds = intents.flatMap((intent, index) => (mayInvoice(intent) ? (orderIdsOfRequests[index] ?? []) : []));
  return shippedIds.length > 0 ? lockSeriesForGoodwill(client, financialYear, shippedIds) : Promise.resolve(0);
}

/** 25P02: the transaction is void, because of a statement before. */
const VOID_STATE = '25P02';

/** When a statement fails, those sent behind it fail as well, but only one of them says why. */
function throwTelling(settled: readonly PromiseSettledResult<unknown>[]): void {
  const refused = settled.filter((result) => result.status === 'rejected');
  const telling = refused.find(({ reason }) => sqlState(reason) !== VOID_STATE) ?? refused[0];
  if (!telling) return;
  throw telling.reason instanceof Error ? telling.reason : new Error(String(telling.reason));
}

/** The order that each request is about, as far as there is one. */
async function locate(client: ClientBase, requests: readonly EngineRequest[]): Promise<(number | undefined)[]> {
  const targets = requests.map(({ intent }) => (intent.kind === 'change' ? intent.target : undefined));
  const ids: Record<LocatedKind, number[]> = { return: [], refund: [], payment: [] };
  for (const target of targets) {
    const part = target && partOf(target);
    if (part) ids[part.kind].push(part.id);
  }
  const isAsked = Object.values(ids).some(({ length }) => length > 0);
  const known = isAsked ? await locateOrders(client, ids) : undefined;
  return targets.map((target) => {
    if (!target || 'orderId' in target) return target?.orderId;
    const { kind, id } = partOf(target) ?? {};
    return kind && id !== undefined ? known?.[kind].get(id) : undefined;
  });
}

/** What of an order names it; undefined: the order itself. */
function partOf(target: Target): { kind: LocatedKind; id: number } | undefined {
  if ('returnId' in target) return { kind: 'return', id: target.returnId };
  if ('refundId' in target) return { kind: 'refund', id: target.refundId };
  return 'paymentId' in target ? { kind: 'payment', id: target.paymentId } : undefined;
}

function mayInvoice(intent: Intent): boolean {
  return intent.kind === 'change' && intent.command.type === 'move_order' && intent.command.event === 'ship';
}

function mayCredit(intent: Intent): boolean {
  if (intent.kind !== 'change') return false;
  const { command } = intent;
  if (command.type === 'move_return') return command.event === 'complete';
  return command.type === 'request_refund' || command.type === 'approve_refund';
}

/** Beside the parts below, no command makes more: a payment or paper, a job, three transitions, their posting. */
const MOST_IDS_BESIDE_PARTS = 8;
/** A credit note and the job that draws it. */
const MOST_IDS_OF_A_CREDIT_NOTE = 2;
/** A refund, its transition and its job, and its credit note. */
const MOST_IDS_OF_A_REFUND = 3 + MOST_IDS_OF_A_CREDIT_NOTE;

/** How many of the parts that commands make something of an order has. */
interface PartsOfOrders {
  readonly payments: number;
  readonly goodwillRefunds: number;
}

const MOST_PARTS: PartsOfOrders = { payments: MOST_PAYMENTS, goodwillRefunds: MOST_GOODWILL_REFUNDS };
/** With ids for all that it may have set aside, each order that ships would leave a gap of hundreds behind. */
const USUAL_PARTS: PartsOfOrders = { payments: 2, goodwillRefunds: 1 };

/** How many ids the batch may need. */
export function mostIdsFor(requests: readonly EngineRequest[]): number {
  return idsFor(requests, MOST_PARTS);
}

/** How many ids nearly every batch of these requests does with. */
export function usualIdsFor(requests: readonly EngineRequest[]): number {
  return idsFor(requests, USUAL_PARTS);
}

function idsFor(requests: readonly EngineRequest[], parts: PartsOfOrders): number {
  const commands = requests.flatMap(({ intent }) => ('jobId' in intent ? [] : intent.command));
  return commands.reduce((total, command) => total + MOST_IDS_BESIDE_PARTS + idsOfParts(command, parts), 0);
}

/** Of line items, of a refund of each payment, of a credit note or the rejection of each refund without goods. */
function idsOfParts(command: Command, { payments, goodwillRefunds }: PartsOfOrders): number {
  const ofRefunds = payments * MOST_IDS_OF_A_REFUND;
  switch (command.type) {
    case 'place_order':
    case 'request_return':
      return command.items.length;
    case 'request_refund':
      return ofRefunds;
    case 'move_return':
      return command.event === 'complete' ? ofRefunds : 0;
    case 'move_order':
      if (command.event === 'ship') return goodwillRefunds * MOST_IDS_OF_A_CREDIT_NOTE;
      return command.event === 'cancel' ? ofRefunds + goodwillRefunds : 0;
    default:
      return 0;
  }
}
