import { expect, test } from 'vitest';
import { readConfig } from '../platform/config.ts';
import { createGatewayRegistry, gatewayNamesOf } from './registry.ts';

const LOCAL = 'http://127.0.0.1:9000';
const stripe = { STRIPE_SECRET_KEY: 'sk_test_1' };
const razorpay = { RAZORPAY_KEY_ID: 'rzp_test_1', RAZORPAY_KEY_SECRET: 'key-secret' };

test.each([
  [{}, ['local']],
  [stripe, ['local', 'stripe']],
  [razorpay, ['local', 'razorpay']],
  [{ ...stripe, ...razorpay }, ['local', 'stripe', 'razorpay']],
])('of %j there are exactly the gateways that are told as configured', async (environment, names) => {
  const { payments } = readConfig(environment);
  const registry = await createGatewayRegistry(payments, LOCAL);
  expect(gatewayNamesOf(payments)).toEqual(names);
  expect(registry.names).toEqual(names);
  for (const name of ['local', 'stripe', 'razorpay'] as const) {
    expect(registry.find(name)?.name).toBe(names.includes(name) ? name : undefined);
  }
});
