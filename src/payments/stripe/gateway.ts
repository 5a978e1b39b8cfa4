import type { StripeSettings } from '../../platform/settings/payment.ts';
import type { PaymentGateway } from '../payment-gateway.ts';
import { SDK_LIMITS } from '../sdk-transport.ts';
import { createStripe } from './client.ts';
import { StripePayments } from './payments.ts';
import { StripeRefunds } from './refunds.ts';

/** Stripe, by payment intents: https://docs.stripe.com/api/payment_intents and /refunds. */
export function createStripeGateway(settings: StripeSettings, limits = SDK_LIMITS): PaymentGateway {
  const stripe = createStripe(settings, limits);
  const payments = new StripePayments(stripe);
  const refunds = new StripeRefunds(stripe);
  return {
    name: 'stripe',
    authorise: (request) => payments.authorise(request),
    capture: (request) => payments.capture(request),
    void: (request) => payments.void(request),
    refund: (request) => refunds.refund(request),
    findPayment: (inquiry) => payments.findPayment(inquiry),
    findRefund: (request) => refunds.findRefund(request),
    listPayments: (page) => payments.listPayments(page),
    listRefunds: (page) => refunds.listRefunds(page),
  };
}
