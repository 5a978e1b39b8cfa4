import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readSigningKey } from './signing-key.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'keys-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function file(name: string, content: string | Buffer): Promise<string> {
  await writeFile(join(folder, name), content);
  return join(folder, name);
}

const pem = { type: 'pkcs8', format: 'pem' } as const;

test('an RSA key and an Ed25519 key are read', async () => {
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export(pem);
  const ed25519 = generateKeyPairSync('ed25519').privateKey.export(pem);
  expect(readSigningKey(await file('rsa.pem', rsa)).asymmetricKeyType).toBe('rsa');
  expect(readSigningKey(await file('ed25519.pem', ed25519)).asymmetricKeyType).toBe('ed25519');
});

test('what is no such key stops the start, and is not told', async () => {
  const elliptic = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export(pem);
  const path = await file('elliptic.pem', elliptic);
  expect(() => readSigningKey(path)).toThrow(`INVOICE_SIGNING_KEY: ${path} is neither an RSA nor an Ed25519 key`);
  const garbage = await file('garbage.pem', 'secret words');
  expect(() => readSigningKey(garbage)).toThrow(`INVOICE_SIGNING_KEY: there is no readable private key in ${garbage}`);
  expect(() => readSigningKey(join(folder, 'nowhere'))).toThrow(/no readable private key/);
});
