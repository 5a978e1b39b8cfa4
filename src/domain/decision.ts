import type { EntityType } from './lifecycles.ts';
import type { MoneyPolicy } from './money/money-policy.ts';
import type { InvoicePolicy } from './papers/invoice.ts';
import type { Order } from './orders/order.ts';
import { refusal, type Refusal } from './refusals.ts';

/** What the core cannot know by itself. The same circumstances give the same decision. */
export interface Circumstances {
  readonly now: Date;
  /** The next unused id. */
  readonly nextId: () => number;
  /** Makes an order number for an order that was given none. */
  readonly nextOrderNumber: () => string;
  /** Takes the next number of the invoice series of `now`; called only by a decision that is accepted. */
  readonly nextInvoiceSequence: () => number;
  /** The same of the credit notes' series. */
  readonly nextCreditNoteSequence: () => number;
  /** Who asks, by the name that goes on record. */
  readonly actor: string;
  /** Who asks, by what they cannot change, as they may be able to change their name. */
  readonly caller: string;
  readonly moneyPolicy: MoneyPolicy;
  readonly invoicePolicy: InvoicePolicy;
}

export type Decision = Accepted | Refused;

export interface Accepted {
  readonly accepted: true;
  readonly order: Order;
  /** The row that the command was about, when it is not the order: the return or refund. */
  readonly subjectId: number;
  readonly transitions: readonly Transition[];
  readonly jobs: readonly JobRequest[];
}

export interface Refused {
  readonly accepted: false;
  readonly refusal: Refusal;
}

/** One change of state, for the append-only record. */
export interface Transition {
  readonly entityType: EntityType;
  readonly entityId: number;
  readonly event: string;
  /** Null: the entity came into being. */
  readonly from: string | null;
  readonly to: string;
  readonly reason: string | null;
}

/** Every kind of work that happens after the commit. */
export const JOB_KINDS = [
  'invoice.render',
  'invoice.email',
  'credit_note.render',
  'credit_note.email',
  'invoice.erase',
  'credit_note.erase',
  'payment.authorise',
  'payment.capture',
  'payment.void',
  'payment.inquire',
  'refund.submit',
  'refund.inquire',
] as const;
export type JobKind = (typeof JOB_KINDS)[number];

export interface JobRequest {
  readonly kind: JobKind;
  /** The invoice, credit note, payment or refund that it is about. */
  readonly subjectId: number;
}

export function refused(...reason: Parameters<typeof refusal>): Refused {
  return { accepted: false, refusal: refusal(...reason) };
}

/** Accepts a change of `order`, which is the order as it was but for the change itself. */
export function accepted(
  order: Order,
  circumstances: Circumstances,
  subjectId: number,
  facts: { readonly transitions?: readonly Transition[]; readonly jobs?: readonly JobRequest[] },
): Accepted {
  return {
    accepted: true,
    order: { ...order, version: order.version + 1, updatedAt: circumstances.now },
    subjectId,
    transitions: facts.transitions ?? [],
    jobs: facts.jobs ?? [],
  };
}

/**
 * Accepts that a paper of the order was drawn or sent. Nobody decides upon that, so the version stays: what a person has
 * read before is no older for it.
 */
export function marked(
  order: Order,
  circumstances: Circumstances,
  paperId: number,
  jobs: readonly JobRequest[] = [],
): Accepted {
  const changed = { ...order, updatedAt: circumstances.now };
  return { accepted: true, order: changed, subjectId: paperId, transitions: [], jobs };
}

/** Accepts what is so already: nothing is written, and the version stays. */
export function unchanged(order: Order, subjectId: number): Accepted {
  return { accepted: true, order, subjectId, transitions: [], jobs: [] };
}

/** What follows from a decision besides its own change: further parts of the order, transitions and jobs. */
export interface Consequence {
  readonly order: Order;
  readonly transitions: readonly Transition[];
  readonly jobs: readonly JobRequest[];
}

export function nothingFollows(order: Order): Consequence {
  return { order, transitions: [], jobs: [] };
}

/** One consequence after another, each on the order that the one before has left. */
export function inTurn<Item>(
  start: Consequence,
  items: readonly Item[],
  next: (order: Order, item: Item) => Consequence,
): Consequence {
  return items.reduce((sofar, item) => {
    const further = next(sofar.order, item);
    return {
      order: further.order,
      transitions: [...sofar.transitions, ...further.transitions],
      jobs: [...sofar.jobs, ...further.jobs],
    };
  }, start);
}
