import Stripe from 'stripe';
import type { StripeSettings } from '../../platform/settings/payment.ts';
import type { ExchangeLimits } from '../bounded-exchange.ts';
import { retryAfterMs } from '../local/client.ts';
import type { GatewayOutcome } from '../payment-gateway.ts';
import { ExchangeFailed, printable, sendForSdk } from '../sdk-transport.ts';

/** The official SDK over our own transport: it repeats nothing by itself, since only our records know what may be. */
export function createStripe({ secretKey, baseUrl }: StripeSettings, limits: ExchangeLimits): Stripe {
  const transport = async (url: string | URL | Request, request: RequestInit = {}): Promise<Response> => {
    const address = url instanceof Request ? url.url : String(url);
    // Without the SDK's signal: ours ends the exchange.
    const { method, headers: sent, body: form } = request;
    const { status, body, retryAfter } = await sendForSdk(address, { method, headers: sent, body: form }, limits);
    const headers = {
      'content-type': 'application/json',
      ...(retryAfter === null ? {} : { 'retry-after': retryAfter }),
    };
    return new Response(body === '' ? null : body, { status, headers });
  };
  const address = baseUrl === undefined ? {} : addressOf(new URL(baseUrl));
  return new Stripe(secretKey, {
    httpClient: Stripe.createFetchHttpClient(transport),
    maxNetworkRetries: 0,
    telemetry: false,
    // Beyond our own, which ends the exchange.
    timeout: limits.timeoutMs * 2,
    ...address,
  });
}

function addressOf({ protocol, hostname, port }: URL): { protocol: 'http' | 'https'; host: string; port: string } {
  const plain = protocol === 'http:';
  return { protocol: plain ? 'http' : 'https', host: hostname, port: port || (plain ? '80' : '443') };
}

/** Refusals of Stripe for good: the same request would be refused again, whoever sends it. */
const REFUSALS = new Set([
  'amount_too_large',
  'amount_too_small',
  'balance_insufficient',
  'charge_already_captured',
  'charge_already_refunded',
  'charge_disputed',
  'charge_exceeds_source_limit',
  'charge_expired_for_capture',
  'charge_not_refundable',
  'insufficient_funds',
  'payment_intent_authentication_failure',
  'payment_intent_incompatible_payment_method',
  'payment_intent_payment_attempt_failed',
  'payment_intent_unexpected_state',
  'refund_disputed_payment',
]);

/** What an error of the SDK says about the request that it came from. */
export function outcomeOfError(
  error: unknown,
): Extract<GatewayOutcome, { kind: 'declined' | 'in_flight' | 'not_done' | 'refused' | 'unknown' }> {
  if (!(error instanceof Stripe.errors.StripeError)) return { kind: 'unknown', reason: 'the answer cannot be read' };
  if (error instanceof Stripe.errors.StripeConnectionError) {
    return error.detail instanceof ExchangeFailed
      ? error.detail.outcome
      : { kind: 'unknown', reason: 'the connection broke' };
  }
  const { statusCode = 0 } = error;
  const code = printable(error.code, error.type);
  if (error instanceof Stripe.errors.StripeCardError) {
    return { kind: 'declined', code: printable(error.decline_code, code), message: printable(error.message, code) };
  }
  if (statusCode === 409) return { kind: 'in_flight', reason: 'Stripe is at a request with this key' };
  if (statusCode === 429) {
    const wait = error.headers?.['retry-after'] ?? null;
    return { kind: 'not_done', reason: 'Stripe has too much to do', retryAfterMs: retryAfterMs(wait) };
  }
  // A key of ours with another request: an earlier one was done, so this says nothing of what became of it.
  if (error instanceof Stripe.errors.StripeIdempotencyError) return { kind: 'unknown', reason: `Stripe: ${code}` };
  if (statusCode >= 400 && statusCode < 500) {
    // Of another account or mode, or mistyped: no later request finds it either, and a payment was not even begun.
    const isUnknownMethod = code === 'resource_missing' && error.param === 'payment_method';
    // More than is left of a payment, part of which was refunded in Stripe's dashboard, is refused without a code.
    const isAboutAmount = statusCode === 400 && error.param === 'amount';
    const message = printable(error.message, code);
    if (isUnknownMethod || isAboutAmount || REFUSALS.has(code)) return { kind: 'declined', code, message };
    // Of the secret key, which an operator sets right: what was asked for is not what is refused.
    if (statusCode === 401 || statusCode === 403) {
      return { kind: 'not_done', reason: `Stripe refused the request (${statusCode} ${code})` };
    }
    return { kind: 'refused', code, message };
  }
  return { kind: 'unknown', reason: `Stripe answered ${statusCode}` };
}
