import { describe, expect, test } from 'vitest';
import { readConfig } from '../config.ts';
import { PAYMENT_SETTINGS } from './payment.ts';

const environment = {
  GATEWAY_WEBHOOK_URL: 'http://shop.example/v1/webhooks/local',
  GATEWAY_WEBHOOK_SECRET: 'a-secret-of-the-test',
  STRIPE_SECRET_KEY: 'sk_test_1',
  STRIPE_WEBHOOK_SECRET: 'whsec_of-the-test-1',
  STRIPE_BASE_URL: 'http://127.0.0.1:1111',
  RAZORPAY_KEY_ID: 'rzp_test_1',
  RAZORPAY_KEY_SECRET: 'key-secret',
  RAZORPAY_WEBHOOK_SECRET: 'hook',
  RAZORPAY_BASE_URL: 'http://127.0.0.1:2222',
};

describe('the settings of payments', () => {
  test('are all read from the environment', () => {
    expect(Object.keys(environment).toSorted()).toEqual(Object.keys(PAYMENT_SETTINGS).toSorted());
    expect(readConfig(environment).payments).toEqual({
      stripe: { secretKey: 'sk_test_1', baseUrl: 'http://127.0.0.1:1111' },
      razorpay: { keyId: 'rzp_test_1', keySecret: 'key-secret', baseUrl: 'http://127.0.0.1:2222' },
      webhookSecrets: { local: 'a-secret-of-the-test', stripe: 'whsec_of-the-test-1', razorpay: 'hook' },
      localWebhookUrl: 'http://shop.example/v1/webhooks/local',
    });
  });

  test.each([
    [{ RAZORPAY_KEY_ID: 'rzp_test_1' }, 'RAZORPAY_KEY_SECRET is not set'],
    [{ RAZORPAY_KEY_SECRET: 'key-secret' }, 'RAZORPAY_KEY_ID is not set'],
    [{ STRIPE_WEBHOOK_SECRET: 'short' }, 'STRIPE_WEBHOOK_SECRET must have at least 16 characters'],
    [{ GATEWAY_WEBHOOK_SECRET: 'short' }, 'GATEWAY_WEBHOOK_SECRET must have at least 16 characters'],
    [{ GATEWAY_WEBHOOK_URL: 'shop.example' }, 'GATEWAY_WEBHOOK_URL must be a URL'],
    [{ STRIPE_BASE_URL: 'ftp://x' }, 'STRIPE_BASE_URL must be a URL'],
  ])('%j is refused by name', (wrong, fault) => {
    expect(() => readConfig(wrong)).toThrow(fault);
  });

  test('no secret is told in a fault', () => {
    const wrong = { RAZORPAY_KEY_SECRET: 'canary', GATEWAY_WEBHOOK_SECRET: 'canary' };
    expect(() => readConfig(wrong)).toThrow(expect.not.stringContaining('canary'));
  });
});
