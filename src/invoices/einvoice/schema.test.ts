import { spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { anyCreditNote, anyInvoice } from '../example-documents.ts';
import type { DocumentSnapshot } from '../papers/paper-of.ts';
import { CREDIT_NOTE_SAMPLE, PRICED_SAMPLE } from '../sample-priced.ts';
import { SAMPLE } from '../sample-snapshot.ts';
import { eInvoiceXml } from './e-invoice.ts';

/** OASIS's own schema, the folder with `maindoc` and `common` in it, where there is one; else our part of it. */
const SCHEMA = process.env.UBL_SCHEMA ?? fileURLToPath(new URL('schema', import.meta.url));
const withoutXmllint = spawnSync('xmllint', ['--version']).error !== undefined;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ubl-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function validate(form: 'Invoice' | 'CreditNote', sources: readonly string[]): Promise<string> {
  const files = sources.map((_, index) => join(folder, `${form}-${index}.xml`));
  await Promise.all(sources.map((source, index) => writeFile(files[index] ?? '', source)));
  const schema = join(SCHEMA, 'maindoc', `UBL-${form}-2.1.xsd`);
  const { status, stderr } = spawnSync('xmllint', ['--noout', '--nonet', '--schema', schema, ...files]);
  return status === 0 ? 'valid' : stderr.toString();
}

const samplesOf = (documents: fc.Arbitrary<DocumentSnapshot>) => fc.sample(documents, 100).map(eInvoiceXml);

describe.skipIf(withoutXmllint)('the UBL 2.1 schema (needs xmllint)', () => {
  test('takes every invoice, whatever was ordered, of whatever texts', async () => {
    const sources = [...samplesOf(anyInvoice), eInvoiceXml(PRICED_SAMPLE), eInvoiceXml(SAMPLE)];
    expect(await validate('Invoice', sources)).toBe('valid');
  });

  test('takes every credit note, without goods too', async () => {
    const sources = [...samplesOf(anyCreditNote), eInvoiceXml(CREDIT_NOTE_SAMPLE)];
    expect(await validate('CreditNote', sources)).toBe('valid');
  });

  test.each([
    ['an element out of its order', /(<cbc:ID>INV.*\n)(.*IssueDate.*\n)/, '$2$1'],
    ['an amount without its currency', / currencyID="INR"/, ''],
    ['an amount that is none', />1,?20486\.60</, '>1,20,486.60<'],
    ['a line without a price', /<cac:Price>[^]*?<\/cac:Price>/, ''],
    ['an element that UBL does not know', '<cac:Contact>', '<cac:Contact><cbc:Fax>1</cbc:Fax>'],
  ])('refuses %s', async (_what, part, instead) => {
    const source = eInvoiceXml(PRICED_SAMPLE);
    const spoilt = source.replace(part, instead);
    expect(spoilt).not.toBe(source);
    expect(await validate('Invoice', [spoilt])).toMatch(/fails to validate/);
  });
});
