import type { RazorpaySettings } from '../../platform/settings/payment.ts';
import type { PaymentGateway } from '../payment-gateway.ts';
import { SDK_LIMITS } from '../sdk-transport.ts';
import { createRazorpay } from './client.ts';
import { RazorpayPayments } from './payments.ts';
import { RazorpayRefunds, type ClientFor } from './refunds.ts';

/** Razorpay: https://razorpay.com/docs/api/payments and /refunds. */
export function createRazorpayGateway(settings: RazorpaySettings, limits = SDK_LIMITS): PaymentGateway {
  const clientFor: ClientFor = (headers) => createRazorpay(settings, limits, headers);
  const payments = new RazorpayPayments(clientFor);
  const refunds = new RazorpayRefunds(clientFor);
  return {
    name: 'razorpay',
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
