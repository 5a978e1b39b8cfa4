import { createPrivateKey, type KeyObject } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { StartError } from '../platform/start-error.ts';
import { canSignPapers } from './papers/signed-code.ts';

/**
 * Reads the private key that signs papers.
 *
 * @param path of a PEM file
 * @throws StartError when there is no such key, or none that can sign papers
 */
export function readSigningKey(path: string): KeyObject {
  const key = openKey(path);
  if (!canSignPapers(key)) throw new StartError(`INVOICE_SIGNING_KEY: ${path} is neither an RSA nor an Ed25519 key`);
  return key;
}

function openKey(path: string): KeyObject {
  try {
    return createPrivateKey(readFileSync(path));
  } catch {
    // Without the error's own words, which may hold part of the key.
    throw new StartError(`INVOICE_SIGNING_KEY: there is no readable private key in ${path}`);
  }
}
