import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

/** RFC 6238 as every app has it: SHA-1, six digits, thirty seconds. */
const STEP_SECONDS = 30;
const DIGITS = 6;
const SECRET_BYTES = 20;
/** A code of the step before or after is taken too: clocks differ, and people type. */
const DRIFT_STEPS = 1;
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
const BITS_A_CHARACTER = 5;

export function newTotpSecret(): Buffer {
  return randomBytes(SECRET_BYTES);
}

export function stepAt(timeMs: number): number {
  return Math.floor(timeMs / 1_000 / STEP_SECONDS);
}

/** The code of a step: RFC 4226's HOTP, counted by time. */
export function totpCode(secret: Buffer, step: number, digits = DIGITS): string {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(step));
  const digest = createHmac('sha1', secret).update(counter).digest();
  const offset = (digest.at(-1) ?? 0) & 0x0f;
  const number = digest.readUInt32BE(offset) & 0x7fff_ffff;
  return String(number % 10 ** digits).padStart(digits, '0');
}

/** The step that a code is of, around now; undefined: it is of none. */
export function matchingStep(secret: Buffer, code: string, nowMs: number): number | undefined {
  if (!/^\d{6}$/.test(code)) return undefined;
  const now = stepAt(nowMs);
  const steps = Array.from({ length: 2 * DRIFT_STEPS + 1 }, (_, index) => now - DRIFT_STEPS + index);
  return steps.find((step) => timingSafeEqual(Buffer.from(totpCode(secret, step)), Buffer.from(code)));
}

/** What an app reads from a QR code. */
export function otpauthUri(secret: Buffer, account: string): string {
  return `otpauth://totp/${encodeURIComponent(`Roundtrip:${account}`)}?secret=${base32(secret)}&issuer=Roundtrip`;
}

/** RFC 4648, without padding: a secret's bytes are a multiple of five, so none is needed. */
export function base32(bytes: Buffer): string {
  let bits = 0;
  let value = 0;
  let text = '';
  for (const byte of bytes) {
    value = (value << 8) | byte;
    bits += 8;
    while (bits >= BITS_A_CHARACTER) {
      bits -= BITS_A_CHARACTER;
      text += ALPHABET[(value >>> bits) & 0x1f] ?? '';
    }
    value &= (1 << bits) - 1;
  }
  return text;
}
