import { hkdfSync } from 'node:crypto';
import { EncryptJWT, errors, jwtDecrypt } from 'jose';
import type { TokenKeys } from '../keys/token-keys.ts';

/** What must still be there when somebody comes back from the provider. */
export interface KeptSignIn {
  readonly state: string;
  readonly nonce: string;
  /** What PKCE's challenge was made of. */
  readonly verifier: string;
}

/** Long enough to look for a password, and to find the phone. */
export const KEPT_SECONDS = 600;
const AUDIENCE = 'roundtrip-oidc';
const PURPOSE = 'sign-in by a provider';

/** A text for the browser to keep, which neither it nor anybody else can read or make. */
export async function sealSignIn(keys: TokenKeys, { state, nonce, verifier }: KeptSignIn): Promise<string> {
  const [keyId, key] = await keys.newest();
  return new EncryptJWT({ state, nonce, verifier })
    .setProtectedHeader({ alg: 'dir', enc: 'A256GCM', kid: keyId })
    .setAudience(AUDIENCE)
    .setExpirationTime(`${KEPT_SECONDS} s`)
    .encrypt(sealingKey(key));
}

/** Undefined: it is none that we have sealed, or too old. */
export async function openSignIn(keys: TokenKeys, sealed: string): Promise<KeptSignIn | undefined> {
  try {
    const { payload } = await jwtDecrypt(sealed, async ({ kid }) => sealingKey(await keys.find(kid)), {
      audience: AUDIENCE,
      requiredClaims: ['exp'],
      keyManagementAlgorithms: ['dir'],
      contentEncryptionAlgorithms: ['A256GCM'],
    });
    const { state, nonce, verifier } = payload;
    if (typeof state !== 'string' || typeof nonce !== 'string' || typeof verifier !== 'string') return undefined;
    return { state, nonce, verifier };
  } catch (error) {
    if (error instanceof errors.JOSEError) return undefined;
    throw error;
  }
}

/** Not the key itself: what is signed with that is another thing. */
function sealingKey(key: Buffer): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', key, '', PURPOSE, 32));
}
