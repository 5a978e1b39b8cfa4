import { LocalGatewayClient, type HttpGatewayOptions } from './local/client.ts';
import { LocalPayments } from './local/payments.ts';
import { LocalRefunds } from './local/refunds.ts';
import type { PaymentGateway } from './payment-gateway.ts';

/** Speaks the local gateway's API. */
export function createHttpGateway(options: HttpGatewayOptions): PaymentGateway {
  const client = new LocalGatewayClient(options);
  const payments = new LocalPayments(client);
  const refunds = new LocalRefunds(client);
  return {
    name: 'local',
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
