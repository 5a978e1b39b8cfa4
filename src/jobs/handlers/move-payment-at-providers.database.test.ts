import { beforeEach, describe, expect, test } from 'vitest';
import { usePaying } from '../../../test/support/shop/paying.ts';
import { razorpayStandIn } from '../../../test/support/providers/razorpay.ts';
import { stripeStandIn } from '../../../test/support/providers/stripe.ts';
import { useServers } from '../../../test/support/servers/test-servers.ts';
import type { PaymentGateway } from '../../payments/payment-gateway.ts';
import { createRazorpayGateway } from '../../payments/razorpay/gateway.ts';
import { createStripeGateway } from '../../payments/stripe/gateway.ts';

/* What a payment's steps come to where a provider cannot do what the local gateway can. */

const paying = usePaying();
const { shop, gateway, jobs, database, initiated, read, eventsOf, referenceOf, jobOf, handler } = paying;
const servers = useServers();

beforeEach(async () => {
  await gateway.switchOff();
  await jobs.clear();
});

describe('a busy account of Stripe, where no search is offered', () => {
  async function initiatedAtStripe() {
    const stripe = stripeStandIn();
    const baseUrl = await servers.httpServer(stripe.standIn.listener);
    const limits = { timeoutMs: 5_000, maxAnswerBytes: 1024 * 1024 };
    const replaced = createStripeGateway({ secretKey: 'sk_test_canary', baseUrl }, limits);
    const made = await initiated({ gateway: 'stripe', token: 'pm_card_visa' });
    return { stripe, replaced, ...made };
  }
  const askedFor = (paymentId: number, hoursAgo: number) =>
    database.pool.query('UPDATE payments SET created_at = now() - make_interval(hours => $2) WHERE id = $1', [
      paymentId,
      hoursAgo,
    ]);

  test('authorises a payment although over 2,000 were made since it was asked for, and once', async () => {
    const { stripe, replaced, orderId, paymentId } = await initiatedAtStripe();
    stripe.othersPay(2_001, new Date());
    const job = await jobs.take((await jobOf(orderId, 'authorise')).id);
    const answerLost: PaymentGateway = {
      ...replaced,
      authorise: async (request) => ({ kind: 'unknown', reason: (await replaced.authorise(request)).kind }),
    };
    await expect(handler('authorise', answerLost)(job)).rejects.toThrow('not known: succeeded');
    stripe.othersPay(2_001, new Date());
    expect(await handler('authorise', replaced)(job)).toBe('settled');
    expect((await read(paymentId)).state).toBe('AUTHORISED');
    const ours = [...stripe.intents.values()].filter(({ metadata }) => 'roundtrip_reference' in metadata);
    expect(ours).toHaveLength(1);
  });

  test('is not sent one whose key it may have forgotten, or whose order is gone', async () => {
    const { stripe, replaced, orderId, paymentId } = await initiatedAtStripe();
    stripe.othersPay(2_001, new Date());
    const job = await jobs.take((await jobOf(orderId, 'authorise')).id);
    await askedFor(paymentId, 13);
    await expect(handler('authorise', replaced)(job)).rejects.toThrow('over 20 pages');
    await askedFor(paymentId, 0);
    await shop.move(orderId, 'cancel');
    await expect(handler('authorise', replaced)(job)).rejects.toThrow('over 20 pages');
    expect(stripe.standIn.requests.filter(({ method }) => method === 'POST')).toEqual([]);
  });
});

describe('a gateway that cannot void: Razorpay', () => {
  test('has the payment left to expire, at once and plainly; once it was given back there, it is voided', async () => {
    const razorpay = razorpayStandIn();
    const baseUrl = await servers.httpServer(razorpay.standIn.listener);
    const limits = { timeoutMs: 5_000, maxAnswerBytes: 1024 * 1024 };
    const replaced = createRazorpayGateway({ keyId: 'rzp_test', keySecret: 'canary', baseUrl }, limits);
    razorpay.authorised('pay_V1', { amount: 3_050 });
    const { orderId, paymentId } = await initiated({ gateway: 'razorpay', token: 'pay_V1' });
    await paying.start(replaced);
    await jobs.allEnded();
    await shop.move(orderId, 'cancel');
    await jobs.allEnded();
    expect(await read(paymentId)).toMatchObject({ state: 'LEFT_TO_EXPIRE', intent: null });
    expect(await jobOf(orderId, 'void')).toMatchObject({ state: 'DONE', attempts: 1 });

    const [job] = await jobs.of(orderId, 'payment.void');
    const numbers = { attempt: 1, run: 1, waitedMs: 0 };
    const run = { id: job?.id ?? 0, orderId, kind: 'payment.void', subjectId: paymentId, ...numbers } as const;
    expect(await handler('void', replaced)(run)).toBe('nothing_to_do');
    razorpay.authorised('pay_V1', {
      amount: 3_050,
      status: 'refunded',
      notes: { roundtrip_reference: await referenceOf(paymentId) },
    });
    expect(await handler('void', replaced)(run)).toBe('settled');
    expect(await eventsOf(paymentId)).toEqual(['initiate', 'authorise', 'let_expire', 'void']);
  });
});
