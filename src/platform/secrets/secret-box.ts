import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';

const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const KEY_ID_BYTES = 4;

/** The first byte of what was sealed. */
const PLAIN = 0;
const AES_256_GCM = 1;

interface Key {
  readonly id: Buffer;
  readonly bytes: Buffer;
}

/**
 * Keeps secrets that we must be able to read again, such as those that sign webhooks: a copy of the database alone gives
 * none away. Without a key they are kept as they are. With several, the first seals and each opens what it has sealed,
 * so a key is changed by putting the new one before it, and sealing anew what there is.
 *
 * Sealed: a byte that says how, the key's id, the nonce, the tag, and what AES-256-GCM makes of the secret.
 */
export class SecretBox {
  readonly #keys: readonly Key[];

  /** @throws RangeError when a key has not 32 bytes */
  constructor(keys: readonly Buffer[]) {
    this.#keys = keys.map((bytes) => {
      if (bytes.length !== KEY_BYTES) throw new RangeError(`a key has ${KEY_BYTES} bytes, not ${bytes.length}`);
      return { bytes, id: createHash('sha256').update(bytes).digest().subarray(0, KEY_ID_BYTES) };
    });
  }

  /** @param purpose what the secret is for; it opens for nothing else */
  seal(secret: string, purpose: string): Buffer {
    const [key] = this.#keys;
    if (!key) return Buffer.concat([Buffer.of(PLAIN), Buffer.from(secret)]);
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv('aes-256-gcm', key.bytes, nonce).setAAD(Buffer.from(purpose));
    const sealed = Buffer.concat([cipher.update(secret, 'utf8'), cipher.final()]);
    return Buffer.concat([Buffer.of(AES_256_GCM), key.id, nonce, cipher.getAuthTag(), sealed]);
  }

  /** Whether it is sealed as it would be now: by the first key, or not at all where there is none. */
  isCurrent(box: Buffer): boolean {
    const [key] = this.#keys;
    if (!key) return box[0] === PLAIN;
    return box[0] === AES_256_GCM && key.id.equals(box.subarray(1, 1 + KEY_ID_BYTES));
  }

  /** Undefined: no key of ours, or not for this purpose, has sealed it. */
  opened(box: Buffer, purpose: string): string | undefined {
    try {
      return this.open(box, purpose);
    } catch (error) {
      if (error instanceof SealedByAnotherKey) return undefined;
      throw error;
    }
  }

  /** @throws SealedByAnotherKey when no key of ours, or not for this purpose, has sealed it */
  open(box: Buffer, purpose: string): string {
    if (box[0] === PLAIN) return box.subarray(1).toString('utf8');
    const nonceAt = 1 + KEY_ID_BYTES;
    const tagAt = nonceAt + NONCE_BYTES;
    const textAt = tagAt + TAG_BYTES;
    const key = this.#keys.find(({ id }) => id.equals(box.subarray(1, nonceAt)));
    if (box[0] !== AES_256_GCM || !key) throw new SealedByAnotherKey();
    const decipher = createDecipheriv('aes-256-gcm', key.bytes, box.subarray(nonceAt, tagAt))
      .setAAD(Buffer.from(purpose))
      .setAuthTag(box.subarray(tagAt, textAt));
    try {
      return Buffer.concat([decipher.update(box.subarray(textAt)), decipher.final()]).toString('utf8');
    } catch {
      throw new SealedByAnotherKey();
    }
  }
}

export class SealedByAnotherKey extends Error {
  override readonly name = 'SealedByAnotherKey';

  constructor() {
    super('a secret in the database was sealed by a key that ENCRYPTION_KEY does not name');
  }
}
