import type { FieldError } from '../../platform/http/check.ts';
import { REFUSALS, type Refusal, type RefusalCode } from '../../domain/refusals.ts';

export const PROBLEM_TYPE = 'application/problem+json; charset=utf-8';

/** RFC 9457 problem details, with a stable `code` and, for bad input, the fields and what is wrong with each. */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly code: ProblemCode;
  readonly detail: string;
  readonly errors?: readonly FieldError[];
  /** Facts of the case, such as `from`, `event` and `allowed`. */
  readonly [fact: string]: unknown;
}

/** The one place where the core's refusals become HTTP. */
const STATUS_OF_REFUSAL: Readonly<Record<RefusalCode, number>> = {
  'order.not_found': 404,
  'order.number_taken': 409,
  'order.unknown_currency': 422,
  'order.discount_exceeds_line': 422,
  'order.discount_exceeds_items': 422,
  'order.tax_above_price': 422,
  'order.figures_differ': 422,
  'order.total_too_large': 422,
  'order.illegal_transition': 409,
  'order.version_mismatch': 412,
  'return.not_found': 404,
  'return.order_not_delivered': 409,
  'return.item_not_in_order': 422,
  'return.item_not_in_return': 422,
  'return.duplicate_item': 422,
  'return.too_many': 409,
  'return.quantity_exceeds_returnable': 422,
  'return.quantity_exceeds_requested': 422,
  'return.illegal_transition': 409,
  'return.deductions_exceed_due': 422,
  'payment.not_found': 404,
  'payment.order_not_open': 409,
  'payment.exceeds_outstanding': 409,
  'payment.exceeds_authorised': 409,
  'payment.captured_whole': 422,
  'payment.currency_mismatch': 422,
  'payment.gateway_not_configured': 422,
  'payment.too_many': 409,
  'payment.in_progress': 409,
  'payment.illegal_transition': 409,
  'refund.not_found': 404,
  'refund.illegal_transition': 409,
  'refund.attempt_superseded': 409,
  'refund.too_many': 409,
  'refund.exceeds_captured': 409,
  'refund.order_not_paid': 409,
  'refund.awaits_approval': 409,
  'refund.same_person': 403,
  'credit_note.not_found': 404,
  'invoice.not_found': 404,
  'job.not_found': 404,
  'job.not_retryable': 409,
  'job.not_dismissible': 409,
  'idempotency.key_reused': 422,
};

interface ProblemKind {
  readonly status: number;
  readonly title: string;
}

/** What goes wrong before a request reaches the core, or beside it. */
const HTTP_PROBLEMS = {
  'request.malformed': { status: 400, title: 'The request cannot be read.' },
  'request.invalid': { status: 400, title: 'Something in the request is not as the API describes it.' },
  'auth.required': {
    status: 401,
    title: 'Nobody comes in here unknown: send "Authorization: Bearer" and an API key, or sign in.',
  },
  'auth.invalid': { status: 401, title: 'What was sent to be known by is not good, or not good any more.' },
  'auth.secret_in_url': {
    status: 401,
    title: 'A secret in a URL ends up in logs and histories: it is refused, and should be replaced.',
  },
  'auth.issuer_unavailable': {
    status: 503,
    title:
      'Who issued the token does not answer, so nobody can tell whether it is good. Try again after Retry-After seconds.',
  },
  'auth.forbidden': { status: 403, title: 'The role does not include this operation.' },
  'auth.cross_site': { status: 403, title: 'Another site made the browser send this.' },
  'auth.header_missing': {
    status: 403,
    title: 'A change by a session needs the header X-CSRF-Protection: 1, which no page of another site can send.',
  },
  'rate.limited': {
    status: 429,
    title: 'Too many requests for now; nothing was done. Try again after Retry-After seconds.',
  },
  'rate.too_many_at_once': {
    status: 429,
    title: 'Too many requests of yours are in progress at once; nothing was done. Try again when some are answered.',
  },
  'sign_in_provider.not_configured': { status: 404, title: 'Nobody signs in by an OpenID provider here.' },
  'key.not_found': { status: 404, title: 'No key has this id.' },
  'key.name_taken': {
    status: 409,
    title: 'Another key has, or had, this name: names on record are never given again.',
  },
  'key.revoked': { status: 409, title: 'The key is revoked, for good.' },
  'session.refused': { status: 401, title: 'E-mail address, password or code is not right.' },
  'session.code_required': { status: 401, title: 'The password is right; a code of the second factor is needed too.' },
  'session.wrong_password': { status: 403, title: 'The password is not right; nothing was changed.' },
  'session.wrong_code': { status: 403, title: 'The code is not right; nothing was changed.' },
  'session.not_found': { status: 404, title: 'There is no such session, or the request comes by none.' },
  'link.not_found': { status: 404, title: 'The link was used, has expired, or was never made.' },
  'person.not_found': { status: 404, title: 'No person has this id.' },
  'person.name_taken': {
    status: 409,
    title: 'Another person has, or had, this name: names on record are never given again.',
  },
  'person.email_taken': { status: 409, title: 'Another person has this e-mail address.' },
  'person.own_account': { status: 409, title: 'Nobody takes their own role away, or disables themselves.' },
  'person.disabled': { status: 409, title: 'The person is disabled: enable them first.' },
  'request.timeout': { status: 408, title: 'The request took too long to arrive.' },
  'request.too_large': { status: 413, title: 'The body is over the limit.' },
  'request.unsupported_media_type': { status: 415, title: 'Bodies are application/json.' },
  'request.header_too_large': { status: 431, title: 'The header is over the limit.' },
  'reconciliation.not_found': { status: 404, title: 'No reconciliation difference has this id.' },
  'reconciliation.resolved': { status: 409, title: 'The reconciliation difference is resolved already.' },
  'gateway.webhook_not_verified': {
    status: 401,
    title: 'The signature of the webhook does not hold, or was made too long ago; nothing was written.',
  },
  'gateway.not_configured': { status: 404, title: 'No webhooks of this payment gateway are taken here.' },
  'customer.not_found': { status: 404, title: 'Nothing is held on this customer.' },
  'customer.of_several_shops': {
    status: 409,
    title: 'Several shops have a customer of this id, who may be several people; nothing was done. Say which shop.',
  },
  'customer.work_under_way': {
    status: 409,
    title: 'Orders, returns, refunds or jobs of the customer are not through: nothing is erased before they are.',
  },
  'webhook.not_found': { status: 404, title: 'No webhook endpoint has this id.' },
  'delivery.not_found': { status: 404, title: 'No webhook delivery has this id, or it is past its keeping.' },
  'webhook.disabled': { status: 409, title: 'The webhook endpoint is disabled; nothing is sent to it.' },
  'webhook.too_many': { status: 409, title: 'There are as many webhook endpoints as there may be.' },
  'webhook.version_mismatch': {
    status: 412,
    title: 'The webhook endpoint has changed since the version named in If-Match.',
  },
  'route.not_found': { status: 404, title: 'There is nothing at this address.' },
  'route.method_not_allowed': {
    status: 405,
    title: 'The address does not take this method: `Allow` names those that it takes.',
  },
  'service.busy': {
    status: 503,
    title: 'This process has as much to do as it takes on; nothing was done. Try again after Retry-After seconds.',
  },
  'service.overloaded': {
    status: 503,
    title: 'Too much is waiting; nothing was done. Try again after Retry-After seconds.',
  },
  'service.unavailable': {
    status: 503,
    title: 'The database is away; nothing was done. Try again after Retry-After seconds.',
  },
  'service.outcome_unknown': {
    status: 503,
    title:
      'The connection to the database was lost while committing. With an Idempotency-Key, send it again; without one, look first.',
  },
  'service.secret_unreadable': {
    status: 500,
    title:
      'What is needed was sealed by a key that ENCRYPTION_KEY does not name; whoever runs this has to put it back. A recovery code lets you in meanwhile.',
  },
  'service.error': { status: 500, title: 'Something is wrong on our side. It is in the log under this request id.' },
} as const satisfies Record<string, ProblemKind>;

export type ProblemCode = RefusalCode | keyof typeof HTTP_PROBLEMS;

const isRefusalCode = (code: string): code is RefusalCode => Object.hasOwn(REFUSALS, code);
const isProblemCode = (code: string): code is ProblemCode => isRefusalCode(code) || Object.hasOwn(HTTP_PROBLEMS, code);

/** Every code that an answer may carry, for the documentation. */
export const PROBLEM_CODES: readonly ProblemCode[] = Object.keys({ ...REFUSALS, ...HTTP_PROBLEMS }).filter(
  isProblemCode,
);

export function problemKind(code: ProblemCode): ProblemKind {
  return isRefusalCode(code) ? { status: STATUS_OF_REFUSAL[code], title: REFUSALS[code] } : HTTP_PROBLEMS[code];
}

export function problem(
  code: ProblemCode,
  detail: string,
  more: { readonly errors?: readonly FieldError[]; readonly facts?: Readonly<Record<string, unknown>> } = {},
): Problem {
  const { status, title } = problemKind(code);
  return {
    type: `urn:roundtrip:problem:${code}`,
    title,
    status,
    code,
    detail,
    ...(more.errors ? { errors: more.errors } : {}),
    ...more.facts,
  };
}

/** A refusal that concerns one field of the body names it, like any other fault of the input. */
export function problemOfRefusal(refusal: Refusal): Problem {
  return problem(...problemArguments(refusal));
}

/** What `problem` and ProblemError are made with of a refusal. */
export function problemArguments({ code, detail, facts }: Refusal): Parameters<typeof problem> {
  const { field, ...otherFacts } = facts;
  const errors = typeof field === 'string' ? [{ field, message: detail }] : undefined;
  return [code, detail, { errors, facts: otherFacts }];
}

/** Thrown by a route to answer with a problem. */
export class ProblemError extends Error {
  override readonly name = 'ProblemError';
  readonly problem: Problem;

  constructor(...of: Parameters<typeof problem>) {
    super(of[1]);
    this.problem = problem(...of);
  }
}
