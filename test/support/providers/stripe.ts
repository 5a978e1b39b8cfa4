import { StandIn, type Answered, type ReceivedRequest } from './stand-in.ts';

/**
 * Stands in for the endpoints of Stripe that payments and refunds go through. Shapes and errors are those of its API
 * reference; its idempotency layer answers a repeated key with what it answered first, errors included.
 */
export interface StripeStandIn {
  readonly standIn: StandIn;
  readonly intents: Map<string, IntentJson>;
  readonly refunds: Map<string, RefundJson>;
  /** The next refund is made with this status. */
  nextRefundStatus(status: RefundJson['status']): void;
  /** As many payments of others are made as a busy account makes in a while. */
  othersPay(count: number, at?: Date): void;
  /** The search is one of an account in a country where it is offered. */
  offerSearch(): void;
}

export interface IntentJson {
  readonly id: string;
  readonly amount: number;
  amount_received: number;
  readonly currency: string;
  status: string;
  readonly metadata: Readonly<Record<string, string>>;
  readonly created: number;
}

export interface RefundJson {
  readonly id: string;
  readonly amount: number;
  readonly currency: string;
  readonly payment_intent: string;
  status: 'pending' | 'requires_action' | 'succeeded' | 'failed' | 'canceled';
  failure_reason?: string;
  readonly metadata: Readonly<Record<string, string>>;
  readonly created: number;
}

const CREATED = Date.parse('2026-04-01T10:00:00Z') / 1_000;

export function stripeStandIn(): StripeStandIn {
  const intents = new Map<string, IntentJson>();
  const refunds = new Map<string, RefundJson>();
  const answered = new Map<string, { body: string; answer: Answered }>();
  let statusOfNext: RefundJson['status'] = 'succeeded';
  let searches = false;

  const route = (request: ReceivedRequest): Answered => {
    const form = new URLSearchParams(request.body);
    const [, , what = '', id = '', step = ''] = request.path.split('/');
    const name = `${request.method} ${what}${id && '/id'}${step && `/${step}`}`;
    const intent = intents.get(id);
    switch (name) {
      case 'POST payment_intents':
        return createIntent(form);
      case 'GET payment_intents/id':
        if (id === 'search') return search(request.query.get('query') ?? '');
        return intent ? ok(intentView(intent)) : missing();
      case 'POST payment_intents/id/capture':
        return intent ? capture(intent, form) : missing();
      case 'POST payment_intents/id/cancel':
        return intent ? cancel(intent) : missing();
      case 'GET payment_intents':
        return ok(listOf([...intents.values()].map(intentView), request.query));
      case 'POST refunds':
        return createRefund(form);
      case 'GET refunds': {
        const of = request.query.get('payment_intent');
        const kept = [...refunds.values()].filter(({ payment_intent }) => of === null || payment_intent === of);
        return ok(listOf(kept.map(refundView), request.query));
      }
      default:
        return failure(404, 'invalid_request_error', undefined, `Unrecognized request URL (${name})`);
    }
  };

  const search = (query: string): Answered => {
    const [, name = '', value] = /^metadata\['(\w+)'\]:'([\w-]+)'$/.exec(query) ?? [];
    if (!searches || value === undefined) {
      const message = 'The search feature is temporarily unavailable in your region.';
      return failure(400, 'invalid_request_error', undefined, message);
    }
    const data = [...intents.values()].filter(({ metadata }) => metadata[name] === value).map(intentView);
    return ok({ object: 'search_result', data, has_more: false, url: '/v1/payment_intents/search' });
  };

  const createIntent = (form: URLSearchParams, created = CREATED + intents.size): Answered => {
    if (form.get('payment_method') === 'pm_of_another_mode') {
      const message = "No such PaymentMethod: 'pm_of_another_mode'";
      return failure(404, 'invalid_request_error', 'resource_missing', message, { param: 'payment_method' });
    }
    const declines = form.get('payment_method') === 'pm_card_chargeDeclined';
    const amount = Number(form.get('amount'));
    const captured = form.get('capture_method') === 'automatic';
    const intent: IntentJson = {
      id: `pi_${intents.size + 1}`,
      amount,
      amount_received: captured && !declines ? amount : 0,
      currency: form.get('currency') ?? '',
      status: declines ? 'requires_payment_method' : captured ? 'succeeded' : 'requires_capture',
      metadata: metadataOf(form),
      created,
    };
    intents.set(intent.id, intent);
    if (!declines) return ok(intentView(intent));
    return failure(402, 'card_error', 'card_declined', 'Your card was declined.', { decline_code: 'generic_decline' });
  };

  const capture = (intent: IntentJson, form: URLSearchParams): Answered => {
    if (intent.status !== 'requires_capture') return unexpectedState(intent);
    intent.status = 'succeeded';
    intent.amount_received = Number(form.get('amount_to_capture') ?? intent.amount);
    return ok(intentView(intent));
  };

  const cancel = (intent: IntentJson): Answered => {
    if (intent.status !== 'requires_capture') return unexpectedState(intent);
    intent.status = 'canceled';
    return ok(intentView(intent));
  };

  const createRefund = (form: URLSearchParams): Answered => {
    const intent = intents.get(form.get('payment_intent') ?? '');
    if (!intent) return missing();
    const amount = Number(form.get('amount'));
    const before = [...refunds.values()].filter(
      ({ payment_intent, status }) => payment_intent === intent.id && status !== 'failed',
    );
    const left = intent.amount_received - before.reduce((sum, refund) => sum + refund.amount, 0);
    if (left === 0) {
      return failure(400, 'invalid_request_error', 'charge_already_refunded', 'Charge has already been refunded.');
    }
    if (amount > left) {
      const message = `Refund amount (${amount}) is greater than unrefunded amount on charge (${left})`;
      return failure(400, 'invalid_request_error', 'amount_too_large', message);
    }
    const refund: RefundJson = {
      id: `re_${refunds.size + 1}`,
      amount,
      currency: intent.currency,
      payment_intent: intent.id,
      status: statusOfNext,
      metadata: metadataOf(form),
      created: CREATED + refunds.size,
    };
    statusOfNext = 'succeeded';
    refunds.set(refund.id, refund);
    return ok(refundView(refund));
  };

  const standIn = new StandIn((request) => {
    const key = request.headers['idempotency-key'];
    if (request.method !== 'POST' || typeof key !== 'string') return route(request);
    const before = answered.get(key);
    if (before && before.body !== request.body) {
      const message = `Keys for idempotent requests can only be used with the same parameters they were first used with.`;
      return failure(400, 'idempotency_error', undefined, message);
    }
    if (before) return { ...before.answer, headers: { 'idempotent-replayed': 'true' } };
    const answer = route(request);
    answered.set(key, { body: request.body, answer });
    return answer;
  });
  return {
    standIn,
    intents,
    refunds,
    nextRefundStatus: (status) => {
      statusOfNext = status;
    },
    othersPay: (count, at) => {
      const form = new URLSearchParams({ amount: '100', currency: 'inr', capture_method: 'automatic' });
      for (let number = 1; number <= count; number += 1) createIntent(form, at && at.getTime() / 1_000);
    },
    offerSearch: () => {
      searches = true;
    },
  };
}

function ok(body: object): Answered {
  return { status: 200, body };
}

function missing(): Answered {
  return failure(404, 'invalid_request_error', 'resource_missing', 'No such payment_intent');
}

function unexpectedState({ status }: IntentJson): Answered {
  const message = `This PaymentIntent could not be changed because it has a status of ${status}.`;
  return failure(400, 'invalid_request_error', 'payment_intent_unexpected_state', message);
}

function failure(status: number, type: string, code: string | undefined, message: string, more: object = {}): Answered {
  return { status, body: { error: { type, code, message, doc_url: 'https://stripe.com/docs/error-codes', ...more } } };
}

function metadataOf(form: URLSearchParams): Record<string, string> {
  const entries = [...form].flatMap(([name, value]) => {
    const key = /^metadata\[(.+)\]$/.exec(name)?.[1];
    return key === undefined ? [] : [[key, value] as const];
  });
  return Object.fromEntries(entries);
}

/** Newest first, a page at a time, after the entry with this id. */
function listOf(entries: readonly { readonly id: string; readonly created: number }[], query: URLSearchParams): object {
  const since = Number(query.get('created[gte]') ?? 0);
  const newestFirst = entries.filter(({ created }) => created >= since).toReversed();
  const start = newestFirst.findIndex(({ id }) => id === query.get('starting_after')) + 1;
  const limit = Number(query.get('limit') ?? 10);
  const data = newestFirst.slice(start, start + limit);
  return { object: 'list', data, has_more: start + limit < newestFirst.length, url: '/v1/list' };
}

function intentView(intent: IntentJson) {
  return {
    object: 'payment_intent' as const,
    ...intent,
    amount_capturable: intent.status === 'requires_capture' ? intent.amount : 0,
    capture_method: 'manual',
    client_secret: `${intent.id}_secret`,
    confirmation_method: 'automatic',
    latest_charge: 'ch_1',
    last_payment_error:
      intent.status === 'requires_payment_method' ? { code: 'card_declined', decline_code: 'generic_decline' } : null,
    livemode: false,
    payment_method: 'pm_card_visa',
    payment_method_types: ['card'],
  };
}

function refundView(refund: RefundJson) {
  return {
    object: 'refund' as const,
    ...refund,
    balance_transaction: 'txn_1',
    charge: 'ch_1',
    destination_details: { card: { reference_status: 'pending', type: 'refund' }, type: 'card' },
    reason: null,
    receipt_number: null,
    source_transfer_reversal: null,
    transfer_reversal: null,
  };
}
