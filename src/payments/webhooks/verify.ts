import { createHmac, hash, timingSafeEqual } from 'node:crypto';
import { isPaymentGatewayName, type PaymentGatewayName } from '../../domain/payments/payment-gateways.ts';
import { isSignedWebhook, SIGNATURE_HEADER } from '../../platform/http/webhook-signature.ts';
import { eventOfLocal, eventOfRazorpay, eventOfStripe, type GatewayEvent } from './events.ts';

/** Of a webhook whose body is still to come, the header's fields in small letters. */
export interface WebhookHead {
  readonly gateway: string;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
}

/** With the body's very bytes. */
export interface ArrivedWebhook extends WebhookHead {
  readonly body: Buffer;
}

export type WebhookFault =
  | { readonly kind: 'refused'; readonly reason: string }
  /** There is no such gateway here, or no secret to know its webhooks by. */
  | { readonly kind: 'not_configured' };
export type Verification =
  { readonly kind: 'verified'; readonly gateway: PaymentGatewayName; readonly event: GatewayEvent } | WebhookFault;

export interface WebhookVerifier {
  /** What is wrong whatever the body is, so that nobody need wait for it; undefined: nothing. */
  faultOfHead(head: WebhookHead): WebhookFault | undefined;
  verify(webhook: ArrivedWebhook, now: Date): Verification;
}
export type WebhookSecrets = Readonly<Record<PaymentGatewayName, string | undefined>>;

const TOLERANCE_SECONDS = 300;
/** Razorpay repeats a webhook for a day, with the moment of the event in it: that of the sending is not signed. */
const RAZORPAY_REPEATS_SECONDS = 86_400;

/** Knows a gateway's webhooks by their signature over the raw body, made lately, compared in constant time. */
export function createWebhookVerifier(secrets: WebhookSecrets): WebhookVerifier {
  return {
    faultOfHead: (head) => {
      const signature = signatureIn(head, secrets);
      return 'kind' in signature ? signature : undefined;
    },
    verify: (webhook, now) => {
      const found = signatureIn(webhook, secrets);
      if ('kind' in found) return found;
      const { gateway, secret, signature } = found;
      const { body } = webhook;
      const signed =
        gateway === 'razorpay'
          ? isSignedByRazorpay(signature, secret, body)
          : isSignedWebhook(signature, { secret, body, now, toleranceSeconds: TOLERANCE_SECONDS });
      if (!signed) return refused('the signature does not match, or was made too long ago');
      const event = eventIn(gateway, body);
      if (!event) return refused('the body is no event');
      if (gateway === 'razorpay' && !isRecent(event.createdAt, now)) return refused('the event is too old');
      return { kind: 'verified', gateway, event };
    },
  };
}

function signatureIn(
  { gateway, headers }: WebhookHead,
  secrets: WebhookSecrets,
): { readonly gateway: PaymentGatewayName; readonly secret: string; readonly signature: string } | WebhookFault {
  const secret = isPaymentGatewayName(gateway) ? secrets[gateway] : undefined;
  if (!isPaymentGatewayName(gateway) || secret === undefined) return { kind: 'not_configured' };
  const signature = headers[SIGNATURE_HEADERS[gateway]];
  if (typeof signature !== 'string') return refused(`the header ${SIGNATURE_HEADERS[gateway]} is missing`);
  return { gateway, secret, signature };
}

const SIGNATURE_HEADERS: Readonly<Record<PaymentGatewayName, string>> = {
  local: SIGNATURE_HEADER,
  stripe: 'stripe-signature',
  razorpay: 'x-razorpay-signature',
};

function refused(reason: string): WebhookFault {
  return { kind: 'refused', reason };
}

function isSignedByRazorpay(signature: string, secret: string, body: Buffer): boolean {
  if (!/^[0-9a-f]{64}$/.test(signature)) return false;
  return timingSafeEqual(Buffer.from(signature, 'hex'), createHmac('sha256', secret).update(body).digest());
}

function isRecent(createdAt: Date | undefined, now: Date): boolean {
  if (!createdAt) return false;
  const ageSeconds = (now.getTime() - createdAt.getTime()) / 1_000;
  return ageSeconds >= -TOLERANCE_SECONDS && ageSeconds <= RAZORPAY_REPEATS_SECONDS + TOLERANCE_SECONDS;
}

function eventIn(gateway: PaymentGatewayName, body: Buffer): GatewayEvent | undefined {
  const parsed = parse(body);
  switch (gateway) {
    case 'local':
      return eventOfLocal(parsed);
    case 'stripe':
      return eventOfStripe(parsed);
    case 'razorpay':
      // The id in its header is not signed: whoever has one signed body could send it under any number of them.
      return eventOfRazorpay(parsed, hash('sha256', body));
  }
}

function parse(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return undefined;
  }
}
