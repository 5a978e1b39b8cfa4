import type { Accepted, Circumstances, Decision } from '../domain/decision.ts';
import { entriesBetween } from '../domain/ledger/entries.ts';
import { decide } from '../domain/decide.ts';
import type { Order } from '../domain/orders/order.ts';
import { ALL_ORDERS, isWithin } from '../domain/orders/order-scope.ts';
import { placeOrder } from '../domain/orders/place-order.ts';
import { refusal, type Refusal } from '../domain/refusals.ts';
import type { JobState, JobView } from '../queries/jobs.ts';
import type { WholeOrder } from '../queries/orders/whole-orders.ts';
import { committedReason, transitionHash, type ChainHead } from './audit/audit-chain.ts';
import type { ChainedTransition, KeptAnswer, LedgerTransaction, NewJob, OrderChange } from './changes.ts';
import { keyOf, matchKept } from './idempotency.ts';
import type { Decided, EngineRequest, Intent, JobIntent, JobSeenTo, Outcome, Target } from './request.ts';

/** What was loaded for a batch. */
export interface Loaded {
  readonly orders: ReadonlyMap<number, WholeOrder>;
  /** Of the order numbers that the batch gives, those in use. */
  readonly takenNumbers: ReadonlySet<string>;
  readonly jobs: ReadonlyMap<number, JobView>;
  /** By caller and key. */
  readonly answers: ReadonlyMap<string, KeptAnswer>;
}

/** What a batch's commands have in common. */
export type BatchCircumstances = Omit<Circumstances, 'actor' | 'caller'>;

/** An order as the batch goes on: each command sees what those before it did. */
interface WorkingOrder extends OrderChange {
  after: Order;
  chain: ChainHead;
}

/** Folds the pure core over the requests of a batch, in arrival order, and gathers what is to be written. */
export class BatchFold {
  readonly #circumstances: BatchCircumstances;
  readonly #jobs: ReadonlyMap<number, JobView>;
  readonly #takenNumbers: Set<string>;
  readonly #answers: Map<string, KeptAnswer>;
  readonly #working: Map<number, WorkingOrder>;
  readonly transitions: ChainedTransition[] = [];
  readonly ledger: LedgerTransaction[] = [];
  readonly newJobs: NewJob[] = [];
  readonly finishedJobIds: number[] = [];
  readonly #jobsSeenTo = new Map<number, JobView>();
  readonly newAnswers: KeptAnswer[] = [];

  constructor(loaded: Loaded, circumstances: BatchCircumstances) {
    this.#circumstances = circumstances;
    this.#jobs = loaded.jobs;
    this.#takenNumbers = new Set(loaded.takenNumbers);
    this.#answers = new Map(loaded.answers);
    this.#working = new Map(
      Array.from(loaded.orders, ([id, { order, chain }]) => [id, { before: order, after: order, chain }]),
    );
  }

  get changedOrders(): OrderChange[] {
    return [...this.#working.values()].filter(({ before, after }) => before !== after);
  }

  get jobsSeenTo(): JobView[] {
    return [...this.#jobsSeenTo.values()];
  }

  /** @param orderId the order that the request's target belongs to; undefined when there is none */
  answer(request: EngineRequest, orderId: number | undefined): Outcome {
    const { intent, idempotency } = request;
    if (!idempotency) return this.#decide(request, intent, orderId);

    const repeated = matchKept(this.#answers.get(keyOf(idempotency)), idempotency);
    if (repeated) return repeated;
    const decided = this.#decide(request, intent, orderId);
    const answer = idempotency.render(decided);
    const { caller, key, fingerprint } = idempotency;
    const kept = { caller, key, fingerprint, ...answer };
    this.#answers.set(keyOf(idempotency), kept);
    this.newAnswers.push(kept);
    return { ...decided, answer };
  }

  #decide(request: EngineRequest, intent: Intent, orderId: number | undefined): Decided {
    switch (intent.kind) {
      case 'place':
        return this.#record(this.#place(intent, request), request);
      case 'change':
        return this.#record(this.#change(intent, orderId, request), request);
      case 'retry_job':
      case 'dismiss_job':
        return this.#seeTo(intent, request);
    }
  }

  #place({ command }: Extract<Intent, { kind: 'place' }>, { actor, caller = actor }: EngineRequest): Decision {
    const { orderNumber } = command;
    if (orderNumber !== null && this.#takenNumbers.has(orderNumber)) return refuse(orderNumberTaken(orderNumber));
    const decision = placeOrder(command, { ...this.#circumstances, actor, caller });
    if (decision.accepted) this.#takenNumbers.add(decision.order.orderNumber);
    return decision;
  }

  #change(
    { target, command, expectedVersion }: Extract<Intent, { kind: 'change' }>,
    orderId: number | undefined,
    { actor, caller = actor, scope = ALL_ORDERS }: EngineRequest,
  ): Decision {
    const order = orderId === undefined ? undefined : this.#working.get(orderId)?.after;
    if (!order || !isWithin(order, scope)) return refuse(notFound(target));
    if (expectedVersion !== undefined && expectedVersion !== order.version) {
      return refuse(versionMismatch(expectedVersion, order.version));
    }
    return decide(order, command, { ...this.#circumstances, actor, caller });
  }

  /** Takes an accepted decision over into the working state, and its transitions into the order's audit chain. */
  #record(decision: Decision, { actor, finishesJobId }: EngineRequest): Decided {
    if (!decision.accepted) return { kind: 'refused', refusal: decision.refusal };
    const { now, nextId } = this.#circumstances;
    const { order, subjectId } = decision;
    const working = this.#working.get(order.id);
    let chain: ChainHead = working?.chain ?? { length: 0, hash: Buffer.alloc(0) };
    for (const transition of decision.transitions) {
      const reason = committedReason(transition.reason);
      const sequence = chain.length + 1;
      const facts = { ...transition, ...reason, orderId: order.id, sequence, actor, createdAt: now };
      const hash = transitionHash(chain.hash, facts);
      this.transitions.push({ ...facts, id: nextId(), previousHash: chain.hash, hash });
      chain = { length: facts.sequence, hash };
    }
    this.#post(working?.after, decision);
    for (const job of decision.jobs) this.newJobs.push({ ...job, id: nextId(), orderId: order.id });
    if (finishesJobId !== undefined) this.finishedJobIds.push(finishesJobId);
    if (working) {
      working.after = order;
      working.chain = chain;
    } else {
      this.#working.set(order.id, { before: undefined, after: order, chain });
    }
    return { kind: 'done', order, subjectId };
  }

  /** Posts what the decision has changed of the order's accounts. A change without a move on record changes none. */
  #post(before: Order | undefined, { order, transitions }: Accepted): void {
    const [first] = transitions;
    // A new order owes nothing and has nothing.
    if (!first || !before) return;
    const entries = entriesBetween(before, order);
    if (entries.length === 0) return;
    const { now, nextId } = this.#circumstances;
    this.ledger.push({
      id: nextId(),
      orderId: order.id,
      currency: order.currency,
      cause: `${first.entityType}.${first.event}`,
      causeId: first.entityId,
      createdAt: now,
      entries,
    });
  }

  #seeTo(intent: JobIntent, { actor }: EngineRequest): Decided {
    const job = this.#jobsSeenTo.get(intent.jobId) ?? this.#jobs.get(intent.jobId);
    if (!job) return { kind: 'refused', refusal: refusal('job.not_found', `No job has the id ${intent.jobId}.`) };
    const { now } = this.#circumstances;
    const seenTo = { ...job, seenToBy: actor, seenToAt: now, updatedAt: now };
    if (intent.kind === 'dismiss_job') {
      if (job.state !== 'DEAD') return { kind: 'refused', refusal: notDismissible(job) };
      return this.#keep('job_dismissed', { ...seenTo, state: 'DISMISSED', seenToReason: intent.reason });
    }
    if (!RETRYABLE_STATES.includes(job.state)) return { kind: 'refused', refusal: notRetryable(job) };
    return this.#keep('job_retried', { ...seenTo, state: 'READY', attempts: 0, runAt: now, seenToReason: null });
  }

  /** Whoever comes to the job later in the batch finds it like this. */
  #keep(kind: JobSeenTo['kind'], job: JobView): Decided {
    this.#jobsSeenTo.set(job.id, job);
    return { kind, job };
  }
}

const RETRYABLE_STATES: readonly JobState[] = ['READY', 'DEAD', 'DISMISSED'];

function notRetryable({ state }: JobView): Refusal {
  const detail = `The job is ${state}; only one that is READY, DEAD or DISMISSED can be run again.`;
  return refusal('job.not_retryable', detail, { state });
}

function notDismissible({ state }: JobView): Refusal {
  return refusal('job.not_dismissible', `The job is ${state}; only one that is DEAD can be dismissed.`, { state });
}

function refuse(reason: Refusal): Decision {
  return { accepted: false, refusal: reason };
}

function orderNumberTaken(orderNumber: string): Refusal {
  return refusal('order.number_taken', `Another order has the number ${orderNumber}.`, {
    field: 'order_number',
    order_number: orderNumber,
  });
}

function notFound(target: Target): Refusal {
  if ('orderId' in target) return refusal('order.not_found', `No order has the id ${target.orderId}.`);
  if ('returnId' in target) return refusal('return.not_found', `No return has the id ${target.returnId}.`);
  if ('paymentId' in target) return refusal('payment.not_found', `No payment has the id ${target.paymentId}.`);
  return refusal('refund.not_found', `No refund has the id ${target.refundId}.`);
}

function versionMismatch(expected: number, current: number): Refusal {
  return refusal('order.version_mismatch', `The order is at version ${current}, not ${expected}: read it again.`, {
    expected_version: expected,
    current_version: current,
  });
}
