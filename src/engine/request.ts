import type { OrderCommand, PlaceOrder } from '../domain/commands.ts';
import type { OrderScope } from '../domain/orders/order-scope.ts';
import type { Order } from '../domain/orders/order.ts';
import type { JobView } from '../queries/jobs.ts';
import type { Refusal } from '../domain/refusals.ts';

/** What enters by the one door. */
export interface EngineRequest {
  readonly intent: Intent;
  /** Who is on record for it. */
  readonly actor: string;
  /** Who that is, by what they cannot change; undefined: the actor is as good. */
  readonly caller?: string;
  /** The orders that whoever asks may act on; undefined: all. Others are not found. */
  readonly scope?: OrderScope;
  readonly idempotency?: Idempotency;
  /** The job that this request settles, in the same transaction. */
  readonly finishesJobId?: number;
}

export type Intent =
  | { readonly kind: 'place'; readonly command: PlaceOrder }
  | JobIntent
  | {
      readonly kind: 'change';
      readonly target: Target;
      readonly command: OrderCommand;
      readonly expectedVersion?: number;
    };

/** What a person has become of a job. */
export type JobIntent = RetryJob | DismissJob;

/** A person runs a job again, now: a dead letter, one that was dismissed, or one that waits for its next attempt. */
export interface RetryJob {
  readonly kind: 'retry_job';
  readonly jobId: number;
}

/** A person takes a dead letter off the list of what needs one, because it can never succeed, or need not. */
export interface DismissJob {
  readonly kind: 'dismiss_job';
  readonly jobId: number;
  readonly reason: string;
}

/** The order is named by itself or by something of it. */
export type Target =
  | { readonly orderId: number }
  | { readonly returnId: number }
  | { readonly refundId: number }
  | { readonly paymentId: number };

export interface Idempotency {
  /** Keys of different callers are independent. */
  readonly caller: string;
  readonly key: string;
  /** What was asked: method, path and body, hashed. */
  readonly fingerprint: Buffer;
  /** The answer to keep, which commits with the change that it speaks of. */
  readonly render: (outcome: Decided) => StoredAnswer;
}

export interface StoredAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export type Outcome = Decided | Replayed;

export type Decided = Done | JobSeenTo | RefusedOutcome;

export interface Done {
  readonly kind: 'done';
  readonly order: Order;
  /** The order, return, payment or refund that the command was about. */
  readonly subjectId: number;
  /** Rendered already, when the request had an idempotency key. */
  readonly answer?: StoredAnswer;
}

export interface JobSeenTo {
  readonly kind: 'job_retried' | 'job_dismissed';
  readonly job: JobView;
  readonly answer?: StoredAnswer;
}

export interface RefusedOutcome {
  readonly kind: 'refused';
  readonly refusal: Refusal;
  readonly answer?: StoredAnswer;
}

/** The same request was answered before. */
export interface Replayed {
  readonly kind: 'replayed';
  readonly answer: StoredAnswer;
}
