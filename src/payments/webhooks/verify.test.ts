import { createHmac } from 'node:crypto';
import Razorpay from 'razorpay';
import Stripe from 'stripe';
import { describe, expect, test } from 'vitest';
import { SIGNATURE_HEADER, signWebhook } from '../../platform/http/webhook-signature.ts';
import { createWebhookVerifier, type ArrivedWebhook } from './verify.ts';

const now = new Date('2026-04-01T10:00:00Z');
const seconds = now.getTime() / 1_000;
const secrets = { local: 'local-secret-of-the-test', stripe: 'whsec_of-the-test-1', razorpay: 'razorpay-secret' };
const verify = (webhook: ArrivedWebhook, at = now) => createWebhookVerifier(secrets).verify(webhook, at);
const later = (offsetSeconds: number) => new Date(now.getTime() + offsetSeconds * 1_000);

const stripeEvent = (object: object) =>
  JSON.stringify({ id: 'evt_1', object: 'event', type: 'refund.updated', created: seconds, data: { object } });
const refundObject = {
  object: 'refund',
  id: 're_1',
  status: 'succeeded',
  metadata: { roundtrip_reference: 'refund-7' },
};

/** Signed by the official SDK, as Stripe signs. */
function fromStripe(payload: string, { timestamp = seconds, secret = secrets.stripe } = {}): ArrivedWebhook {
  const header = new Stripe('sk_test').webhooks.generateTestHeaderString({ payload, secret, timestamp });
  return { gateway: 'stripe', headers: { 'stripe-signature': header }, body: Buffer.from(payload) };
}

const razorpayEvent = (change: object = {}) =>
  JSON.stringify({
    entity: 'event',
    account_id: 'acc_1',
    event: 'refund.processed',
    contains: ['refund', 'payment'],
    payload: {
      refund: { entity: { id: 'rfnd_1', entity: 'refund', notes: { roundtrip_reference: 'refund-7' } } },
      payment: { entity: { id: 'pay_1', entity: 'payment', notes: [] } },
    },
    created_at: seconds,
    ...change,
  });

function fromRazorpay(payload: string, secret = secrets.razorpay): ArrivedWebhook {
  const signature = createHmac('sha256', secret).update(payload).digest('hex');
  const headers = { 'x-razorpay-signature': signature, 'x-razorpay-event-id': 'ev_1' };
  return { gateway: 'razorpay', headers, body: Buffer.from(payload) };
}

describe('a webhook of Stripe', () => {
  test('signed by its own SDK is taken for what it is about', () => {
    expect(verify(fromStripe(stripeEvent(refundObject)))).toEqual({
      kind: 'verified',
      gateway: 'stripe',
      event: { id: 'evt_1', type: 'refund.updated', reference: 'refund-7', createdAt: undefined },
    });
  });

  test.each([
    ['of an object without metadata', { object: 'balance' }],
    ['of an object of somebody else', { object: 'refund', metadata: { order: '7' } }],
    ['with a reference that is no text', { object: 'refund', metadata: { roundtrip_reference: 7 } }],
  ])('%s is taken, and is about nothing of ours', (_what, object) => {
    expect(verify(fromStripe(stripeEvent(object)))).toMatchObject({ kind: 'verified', event: { reference: null } });
  });

  test.each([-301, 301])('signed %s seconds from now is refused', (offset) => {
    const webhook = fromStripe(stripeEvent(refundObject), { timestamp: seconds + offset });
    expect(verify(webhook)).toMatchObject({ kind: 'refused' });
  });

  test('signed by another secret, over other bytes, or not at all is refused', () => {
    const payload = stripeEvent(refundObject);
    const signed = fromStripe(payload);
    const bodies = [Buffer.from(`${payload} `), Buffer.from(payload.replace('re_1', 're_2')), Buffer.alloc(0)];
    for (const body of bodies) expect(verify({ ...signed, body })).toMatchObject({ kind: 'refused' });
    expect(verify({ ...signed, headers: {} })).toMatchObject({ kind: 'refused' });
    expect(verify({ ...signed, headers: { 'stripe-signature': ['t=1', 'v1=2'] } })).toMatchObject({ kind: 'refused' });
    expect(verify(fromStripe(payload, { secret: 'whsec_of-another' }))).toMatchObject({ kind: 'refused' });
  });

  test.each(['', 'null', '[]', '{', '{"id":"evt_1"}', '{"id":7,"type":"x","data":{"object":{"object":"refund"}}}'])(
    'whose body is %s is refused, signed or not',
    (payload) => {
      expect(verify(fromStripe(payload))).toMatchObject({ kind: 'refused' });
    },
  );
});

describe('a webhook of Razorpay', () => {
  test('that its own SDK holds for signed is taken, by the hash of what is signed', () => {
    const webhook = fromRazorpay(razorpayEvent());
    const signature = String(webhook.headers['x-razorpay-signature']);
    expect(Razorpay.validateWebhookSignature(webhook.body.toString(), signature, secrets.razorpay)).toBe(true);
    const taken = verify(webhook);
    expect(taken).toMatchObject({ kind: 'verified', event: { type: 'refund.processed', reference: 'refund-7' } });
    // Its id in the header is not signed: under another one, it is the same event.
    const again = { ...webhook, headers: { ...webhook.headers, 'x-razorpay-event-id': 'ev_2' } };
    expect(verify(again)).toEqual(taken);
  });

  test('of a payment is about the payment', () => {
    const payload = { payment: { entity: { notes: { roundtrip_reference: 'payment-3' } } } };
    const webhook = fromRazorpay(razorpayEvent({ event: 'payment.captured', payload }));
    expect(verify(webhook)).toMatchObject({ event: { type: 'payment.captured', reference: 'payment-3' } });
  });

  test('is taken for the day in which it is repeated, and not after, nor from the future', () => {
    const webhook = fromRazorpay(razorpayEvent());
    for (const offset of [-300, 0, 86_400]) {
      expect(verify(webhook, later(offset))).toMatchObject({ kind: 'verified' });
    }
    for (const offset of [-301, 86_701]) expect(verify(webhook, later(offset))).toMatchObject({ kind: 'refused' });
  });

  test('with a bad signature is refused', () => {
    const webhook = fromRazorpay(razorpayEvent());
    for (const signature of ['', '0'.repeat(64), '0', 'é'.repeat(64)]) {
      const headers = { 'x-razorpay-signature': signature };
      expect(verify({ ...webhook, headers })).toMatchObject({ kind: 'refused' });
    }
    expect(verify(fromRazorpay(razorpayEvent(), 'another'))).toMatchObject({ kind: 'refused' });
  });
});

test("a webhook of the local gateway is known by its secret, and of no gateway's is taken without one", () => {
  const body = Buffer.from('{"id":"evt_1","type":"refund.succeeded","data":{"id":"rf_1","reference":"refund-7"}}');
  const webhook = { gateway: 'local', headers: { [SIGNATURE_HEADER]: signWebhook(secrets.local, body, now) }, body };
  expect(verify(webhook)).toMatchObject({ kind: 'verified', gateway: 'local', event: { reference: 'refund-7' } });
  for (const gateway of ['paypal', '', '__proto__', 'constructor']) {
    expect(verify({ ...webhook, gateway })).toEqual({ kind: 'not_configured' });
  }
  const without = createWebhookVerifier({ ...secrets, local: undefined });
  expect(without.verify(webhook, now)).toEqual({ kind: 'not_configured' });
});
