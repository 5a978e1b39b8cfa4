import type { PaymentGatewayName } from '../domain/payment-gateways.ts';
import type { PaymentSettings } from '../platform/settings/payment.ts';
import { createHttpGateway } from './http-gateway.ts';
import type { PaymentGateway } from './payment-gateway.ts';
import { createRazorpayGateway } from './razorpay/gateway.ts';
import { createStripeGateway } from './stripe/gateway.ts';

/** The gateways that are configured, by name: each payment goes through its own, and its refunds follow it. */
export interface GatewayRegistry {
  readonly names: readonly PaymentGatewayName[];
  /** Undefined: it is not configured here. */
  readonly find: (name: PaymentGatewayName) => PaymentGateway | undefined;
}

export function createGatewayRegistry(settings: PaymentSettings, localBaseUrl: string): GatewayRegistry {
  return registryOf([
    createHttpGateway({ baseUrl: localBaseUrl }),
    ...(settings.stripe ? [createStripeGateway(settings.stripe)] : []),
    ...(settings.razorpay ? [createRazorpayGateway(settings.razorpay)] : []),
  ]);
}

/** The names of the gateways that a registry of these settings has, for whoever only takes payments on. */
export function gatewayNamesOf({ stripe, razorpay }: PaymentSettings): PaymentGatewayName[] {
  return ['local', ...(stripe ? (['stripe'] as const) : []), ...(razorpay ? (['razorpay'] as const) : [])];
}

export function registryOf(gateways: readonly PaymentGateway[]): GatewayRegistry {
  const byName = new Map(gateways.map((gateway) => [gateway.name, gateway]));
  return { names: [...byName.keys()], find: (name) => byName.get(name) };
}
