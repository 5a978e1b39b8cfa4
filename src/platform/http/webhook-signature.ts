import { createHmac, timingSafeEqual } from 'node:crypto';

/** Header of a signed webhook: `t=<seconds since 1970>,v1=<hex HMAC-SHA256 of "t.body">`. */
export const SIGNATURE_HEADER = 'roundtrip-signature';

/** Signs a webhook's body as it is sent, byte for byte, together with the moment, so that neither can be changed. */
export function signWebhook(secret: string, body: string | Buffer, at: Date): string {
  const seconds = Math.floor(at.getTime() / 1_000);
  return `t=${seconds},v1=${macOf(secret, seconds, body).toString('hex')}`;
}

/**
 * Whether the header is the signature of this very body, made within the tolerance around `now`. Several `v1` may stand
 * in it, while a secret is being changed.
 */
export function isSignedWebhook(
  header: string,
  { secret, body, now, toleranceSeconds }: { secret: string; body: Buffer; now: Date; toleranceSeconds: number },
): boolean {
  const parts = header.split(',').map((part) => part.trim());
  const seconds = Number(/^t=(\d{1,12})$/.exec(parts.find((part) => part.startsWith('t=')) ?? '')?.[1]);
  if (!Number.isSafeInteger(seconds)) return false;
  if (Math.abs(now.getTime() / 1_000 - seconds) > toleranceSeconds) return false;
  const expected = macOf(secret, seconds, body);
  const given = parts.flatMap((part) => /^v1=([0-9a-f]{64})$/.exec(part)?.[1] ?? []);
  return given.some((hex) => timingSafeEqual(Buffer.from(hex, 'hex'), expected));
}

function macOf(secret: string, seconds: number, body: string | Buffer): Buffer {
  return createHmac('sha256', secret).update(`${seconds}.`).update(body).digest();
}
