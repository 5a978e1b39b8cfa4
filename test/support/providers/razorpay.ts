import { StandIn, type Answered, type ReceivedRequest } from './stand-in.ts';

/** Stands in for the endpoints of Razorpay that payments and refunds go through, with the shapes of its API reference. */
export interface RazorpayStandIn {
  readonly standIn: StandIn;
  readonly payments: Map<string, PaymentJson>;
  readonly refunds: Map<string, RefundJson>;
  /** As the checkout on the shop's page leaves it: authorised by the customer. */
  authorised(id: string, change?: Partial<PaymentJson>): void;
  /** The next refund is made with this status. */
  nextRefundStatus(status: RefundJson['status']): void;
}

export interface PaymentJson {
  readonly id: string;
  readonly amount: number;
  readonly currency: string;
  status: 'created' | 'authorized' | 'captured' | 'refunded' | 'failed';
  captured: boolean;
  notes: Readonly<Record<string, string>> | readonly string[];
  readonly error_code: string | null;
  readonly error_reason: string | null;
  readonly created_at: number;
}

export interface RefundJson {
  readonly id: string;
  readonly amount: number;
  readonly currency: string;
  readonly payment_id: string;
  status: 'pending' | 'processed' | 'failed';
  readonly notes: Readonly<Record<string, string>>;
  readonly created_at: number;
}

const CREATED = Date.parse('2026-04-01T10:00:00Z') / 1_000;

export function razorpayStandIn(): RazorpayStandIn {
  const payments = new Map<string, PaymentJson>();
  const refunds = new Map<string, RefundJson>();
  const answered = new Map<string, { body: string; answer: Answered }>();
  let statusOfNext: RefundJson['status'] = 'processed';

  const route = (request: ReceivedRequest): Answered => {
    const [, , what = '', id = '', step = ''] = request.path.split('/');
    const payment = payments.get(id);
    switch (`${request.method} ${what}${id && '/id'}${step && `/${step}`}`) {
      case 'GET payments':
        return ok(listOf([...payments.values()].map(paymentView), request.query));
      case 'GET refunds':
        return ok(listOf([...refunds.values()].map(refundView), request.query));
      case 'GET payments/id':
        return payment ? ok(paymentView(payment)) : missing();
      case 'PATCH payments/id':
        return payment ? edit(payment, request.body) : missing();
      case 'POST payments/id/capture':
        return payment ? capture(payment, request.body) : missing();
      case 'POST payments/id/refund':
        return payment ? refundOnce(payment, request) : missing();
      case 'GET payments/id/refunds':
        return ok(
          listOf([...refunds.values()].filter(({ payment_id }) => payment_id === id).map(refundView), request.query),
        );
      default:
        return { status: 404, body: { error: { code: 'BAD_REQUEST_ERROR', description: 'not found on the server' } } };
    }
  };

  const edit = (payment: PaymentJson, body: string): Answered => {
    payment.notes = (JSON.parse(body) as Pick<RefundJson, 'notes'>).notes;
    return ok(paymentView(payment));
  };

  const capture = (payment: PaymentJson, body: string): Answered => {
    const { amount, currency } = JSON.parse(body) as { amount: number; currency: string };
    if (payment.captured) return badRequest('This payment has already been captured');
    if (amount !== payment.amount || currency !== payment.currency) {
      return badRequest('Capture amount must be equal to the amount authorized');
    }
    payment.status = 'captured';
    payment.captured = true;
    return ok(paymentView(payment));
  };

  const refundOnce = (payment: PaymentJson, request: ReceivedRequest): Answered => {
    const key = request.headers['x-refund-idempotency'];
    if (typeof key !== 'string' || !/^[\w-]{10,}$/.test(key)) return badRequest('The idempotency key is not valid');
    const before = answered.get(key);
    if (before && before.body !== request.body) {
      return badRequest('Different request body used with the same idempotency key');
    }
    if (before) return before.answer;
    const answer = refund(payment, request.body);
    answered.set(key, { body: request.body, answer });
    return answer;
  };

  const refund = (payment: PaymentJson, body: string): Answered => {
    const { amount, notes } = JSON.parse(body) as { amount: number; notes: Record<string, string> };
    const before = [...refunds.values()].filter((each) => each.payment_id === payment.id && each.status !== 'failed');
    const left = payment.amount - before.reduce((sum, each) => sum + each.amount, 0);
    if (!payment.captured) return badRequest('The payment status should be captured for action to be taken');
    if (left === 0) return badRequest('The payment has been fully refunded already');
    if (amount > left) return badRequest('The total refund amount is greater than the refund payment amount');
    const made: RefundJson = {
      id: `rfnd_${refunds.size + 1}`,
      amount,
      currency: payment.currency,
      payment_id: payment.id,
      status: statusOfNext,
      notes,
      created_at: CREATED + refunds.size,
    };
    statusOfNext = 'processed';
    refunds.set(made.id, made);
    return ok(refundView(made));
  };

  return {
    standIn: new StandIn((request) => {
      if (request.headers.authorization !== `Basic ${Buffer.from('rzp_test:canary').toString('base64')}`) {
        return { status: 401, body: { error: { code: 'BAD_REQUEST_ERROR', description: 'Authentication failed' } } };
      }
      return route(request);
    }),
    payments,
    refunds,
    authorised: (id, change = {}) => {
      payments.set(id, {
        id,
        amount: 129_900,
        currency: 'INR',
        status: 'authorized',
        captured: false,
        notes: [],
        error_code: null,
        error_reason: null,
        created_at: CREATED + payments.size,
        ...change,
      });
    },
    nextRefundStatus: (status) => {
      statusOfNext = status;
    },
  };
}

function ok(body: object): Answered {
  return { status: 200, body };
}

function missing(): Answered {
  return badRequest('The id provided does not exist');
}

function badRequest(description: string): Answered {
  const error = {
    code: 'BAD_REQUEST_ERROR',
    description,
    source: 'business',
    step: 'payment_initiation',
    reason: 'input_validation_failed',
    metadata: {},
  };
  return { status: 400, body: { error } };
}

/** Newest first; `skip` of them left out. */
function listOf(entries: readonly { readonly created_at: number }[], query: URLSearchParams): object {
  const from = Number(query.get('from') ?? 0);
  const skip = Number(query.get('skip') ?? 0);
  const kept = entries.filter(({ created_at }) => created_at >= from).toReversed();
  const items = kept.slice(skip, skip + Number(query.get('count') ?? 10));
  return { entity: 'collection', count: items.length, items };
}

function paymentView(payment: PaymentJson) {
  return {
    entity: 'payment' as const,
    ...payment,
    order_id: null,
    invoice_id: null,
    international: false,
    method: 'upi',
    amount_refunded: 0,
    refund_status: null,
    description: 'Cotton kurta',
    card_id: null,
    bank: null,
    wallet: null,
    vpa: 'asha@upi',
    fee: 2_360,
    tax: 360,
    error_description: null,
    error_source: null,
    error_step: null,
    acquirer_data: { rrn: '001000100000' },
  };
}

function refundView(refund: RefundJson) {
  return {
    entity: 'refund' as const,
    ...refund,
    receipt: null,
    acquirer_data: { arn: null },
    batch_id: null,
    speed_processed: 'normal',
    speed_requested: 'normal',
  };
}
