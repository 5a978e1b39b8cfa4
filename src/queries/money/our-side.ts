import type { PaymentGatewayName } from '../../domain/payments/payment-gateways.ts';

/** Where a page of what is compared with a gateway's books begins: after the one with this age and id. */
export interface Place {
  readonly createdAt: Date;
  readonly id: number;
}

/** Of what goes through a gateway, oldest first, a page. */
export interface OurPage {
  readonly gateway: PaymentGatewayName;
  readonly after: Place;
  readonly limit: number;
}
