import { Webhook } from 'standardwebhooks';
import { expect, test } from 'vitest';
import { newSecret, signatureHeaders } from './signature.ts';

const message = {
  id: 'msg_1042',
  sentAt: new Date(),
  body: '{"type":"roundtrip.order.shipped.v1","data":{"title":"₹"}}',
};

test('a message verifies by the public library, with each of the secrets that have signed it', () => {
  const [old, current, other] = [newSecret(), newSecret(), newSecret()];
  const headers = signatureHeaders(message, [current, old]);
  expect(new Webhook(current).verify(message.body, headers)).toEqual(JSON.parse(message.body));
  expect(new Webhook(old).verify(message.body, headers)).toEqual(JSON.parse(message.body));
  expect(() => new Webhook(other).verify(message.body, headers)).toThrow('No matching signature found');
});

test('a message that was changed, or was sent long ago, does not verify', () => {
  const secret = newSecret();
  const webhook = new Webhook(secret);
  expect(() => webhook.verify(`${message.body} `, signatureHeaders(message, [secret]))).toThrow('No matching');
  expect(() => webhook.verify(message.body, { ...signatureHeaders(message, [secret]), 'webhook-id': 'msg_2' })).toThrow(
    'No matching',
  );
  const late = signatureHeaders({ ...message, sentAt: new Date(Date.now() - 3_600_000) }, [secret]);
  expect(() => webhook.verify(message.body, late)).toThrow('timestamp');
});

test('a secret is 32 random bytes, as Standard Webhooks writes them', () => {
  const secrets = Array.from({ length: 10 }, newSecret);
  expect(new Set(secrets).size).toBe(10);
  for (const secret of secrets) expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
});
