import { createHmac, randomBytes } from 'node:crypto';

const PREFIX = 'whsec_';
const SECRET_BYTES = 32;

/** A new secret as Standard Webhooks writes it: `whsec_` and base64. */
export function newSecret(): string {
  return PREFIX + randomBytes(SECRET_BYTES).toString('base64');
}

export interface SignedContent {
  /** The same in every copy of the message. */
  readonly id: string;
  readonly sentAt: Date;
  readonly body: string;
}

/**
 * The three headers of Standard Webhooks (standardwebhooks.com): HMAC-SHA-256 over `id.timestamp.body`, once for each
 * secret, so that while a secret is being changed both the old and the new one verify it.
 */
export function signatureHeaders({ id, sentAt, body }: SignedContent, secrets: readonly string[]) {
  const timestamp = String(Math.floor(sentAt.getTime() / 1_000));
  const signatures = secrets.map((secret) => {
    const key = Buffer.from(secret.slice(PREFIX.length), 'base64');
    return `v1,${createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')}`;
  });
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signatures.join(' ') };
}
