import { execFile, spawnSync } from 'node:child_process';
import { generateKeyPairSync, verify } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { decodeQR } from 'qr/decode.js';
import { describe, expect, test } from 'vitest';
import { canSignPapers } from '../papers/signed-code.ts';
import { CREDIT_NOTE_SAMPLE, PRICED_SAMPLE } from '../sample-priced.ts';
import { renderPdf } from './render.ts';

const withoutPoppler = spawnSync('pdftoppm', ['-v']).error !== undefined;

/** What a telephone reads from the first page of a paper. */
async function scanned(pdf: Buffer): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'paper-'));
  try {
    await writeFile(join(folder, 'paper.pdf'), pdf);
    await promisify(execFile)('pdftoppm', [
      '-r',
      '200',
      '-singlefile',
      join(folder, 'paper.pdf'),
      join(folder, 'page'),
    ]);
    return decodeQR(pictureOf(await readFile(join(folder, 'page.ppm'))));
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** A portable pixmap (P6): three numbers in text, then red, green and blue of each pixel. */
function pictureOf(file: Buffer): { width: number; height: number; data: Uint8Array } {
  const header = /^P6\s+(\d+)\s+(\d+)\s+255\s/.exec(file.subarray(0, 64).toString('latin1'));
  if (!header) throw new Error('no picture');
  return { width: Number(header[1]), height: Number(header[2]), data: file.subarray(header[0].length) };
}

describe.skipIf(withoutPoppler)('the signed QR code of a paper (needs pdftoppm)', () => {
  test.each([
    ['RS256', generateKeyPairSync('rsa', { modulusLength: 2048 }), 'sha256'],
    ['EdDSA', generateKeyPairSync('ed25519'), null],
  ] as const)('is read from the page, and %s proves it genuine', async (alg, { privateKey, publicKey }, digest) => {
    const pdf = await renderPdf(PRICED_SAMPLE, privateKey);
    expect(pdf.equals(await renderPdf(PRICED_SAMPLE, privateKey))).toBe(true);
    const [header = '', facts = '', signature = ''] = (await scanned(pdf)).split('.');
    const decoded = (part: string): unknown => JSON.parse(Buffer.from(part, 'base64url').toString());
    expect(decoded(header)).toEqual({ alg, typ: 'JWT' });
    expect(decoded(facts)).toEqual({
      SellerGstin: '29ABCDE1234F1Z5',
      BuyerGstin: '29AAACR5055K1Z6',
      DocNo: 'INV2627/00000001',
      DocTyp: 'INV',
      DocDt: '2026-11-21',
      TotInvVal: 140854.99,
      Currency: 'INR',
      ItemCnt: 2,
      MainHsnCode: '62014010',
    });
    const signed = Buffer.from(`${header}.${facts}`);
    expect(verify(digest, signed, publicKey, Buffer.from(signature, 'base64url'))).toBe(true);
  });

  test('is on a credit note too, and says so', async () => {
    const { privateKey } = generateKeyPairSync('ed25519');
    const [, facts = ''] = (await scanned(await renderPdf(CREDIT_NOTE_SAMPLE, privateKey))).split('.');
    expect(Buffer.from(facts, 'base64url').toString()).toContain('"DocNo":"CRN2627/00000001","DocTyp":"CRN"');
  });
});

test('a key whose signature differs each time cannot sign papers, nor can a public one', () => {
  expect(canSignPapers(generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey)).toBe(false);
  expect(canSignPapers(generateKeyPairSync('ed25519').publicKey)).toBe(false);
  expect(canSignPapers(generateKeyPairSync('ed25519').privateKey)).toBe(true);
});
