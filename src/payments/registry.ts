import type { PaymentGatewayName } from '../domain/payments/payment-gateways.ts';
import type { PaymentSettings } from '../platform/settings/payment.ts';
import { createHttpGateway } from './http-gateway.ts';
import type { PaymentGateway } from './payment-gateway.ts';

/** The gateways that are configured, by name: each payment goes through its own, and its refunds follow it. */
export interface GatewayRegistry {
  readonly names: readonly PaymentGatewayName[];
  /** Undefined: it is not configured here. */
  readonly find: (name: PaymentGatewayName) => PaymentGateway | undefined;
}

/** Loads the SDKs of those that are configured alone: they are a good part of what a process would hold in memory. */
export async function createGatewayRegistry(
  { stripe, razorpay }: PaymentSettings,
  localBaseUrl: string,
): Promise<GatewayRegistry> {
  const gateways: PaymentGateway[] = [createHttpGateway({ baseUrl: localBaseUrl })];
  if (stripe) gateways.push((await import('./stripe/gateway.ts')).createStripeGateway(stripe));
  if (razorpay) gateways.push((await import('./razorpay/gateway.ts')).createRazorpayGateway(razorpay));
  return registryOf(gateways);
}

/** The names of the gateways that a registry of these settings has, for whoever only takes payments on. */
export function gatewayNamesOf({ stripe, razorpay }: PaymentSettings): PaymentGatewayName[] {
  return ['local', ...(stripe ? (['stripe'] as const) : []), ...(razorpay ? (['razorpay'] as const) : [])];
}

export function registryOf(gateways: readonly PaymentGateway[]): GatewayRegistry {
  const byName = new Map(gateways.map((gateway) => [gateway.name, gateway]));
  return { names: [...byName.keys()], find: (name) => byName.get(name) };
}
