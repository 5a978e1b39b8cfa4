import { execFile, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { inflateSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { InvoiceSnapshot } from '../../domain/papers/invoice.ts';
import { renderPdf } from './render.ts';
import { lineOf, SAMPLE, withLines } from '../sample-snapshot.ts';

const hashOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** Characters that share a glyph with others in the font, and a script that has to be shaped. */
const MANY_SCRIPTS = withLines([
  lineOf(1, { title: 'µ Ω Å - ‐ fi ffi e\u0301' }),
  lineOf(2, { title: 'مرحبا بالعالم' }),
  lineOf(3, { title: 'שלום עולם' }),
]);
const THEIR_TWINS = withLines([lineOf(1, { title: 'μ Ω Å ‑ é ﻡﺮﺤﺑﺍ' })]);

async function hashInProcess(snapshot: InvoiceSnapshot, timezone: string): Promise<string> {
  const program = `
    import { createHash } from 'node:crypto';
    import { renderPdf } from ${JSON.stringify(new URL('render.ts', import.meta.url).href)};
    const pdf = await renderPdf(${JSON.stringify(snapshot)});
    console.log(createHash('sha256').update(pdf).digest('hex'), new Date(0).getHours());`;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', program], {
    env: { ...process.env, TZ: timezone },
  });
  const [hash = '', hourOfEpoch] = stdout.trim().split(' ');
  expect(hourOfEpoch).toBe(timezone === 'Pacific/Auckland' ? '12' : '16');
  return hash;
}

describe('the same snapshot gives the same bytes', () => {
  test.each([
    ['plain', SAMPLE],
    ['of many scripts', MANY_SCRIPTS],
  ])(
    'in another process, in another time zone, after other documents: %s',
    async (_what, snapshot) => {
      await renderPdf(THEIR_TWINS);
      const here = hashOf(await renderPdf(snapshot));
      expect(await hashInProcess(snapshot, 'Pacific/Auckland')).toBe(here);
      expect(await hashInProcess(snapshot, 'America/Los_Angeles')).toBe(here);
    },
    30_000,
  );

  test('and another gives others', async () => {
    const other = await renderPdf({ ...SAMPLE, totalMinor: SAMPLE.totalMinor + 1 });
    expect(hashOf(other)).not.toBe(hashOf(await renderPdf(SAMPLE)));
  });
});

describe('an invoice that was issued without taxes', () => {
  test.each([
    ['plain', SAMPLE, 'd2bed48be55d2ba0cf67c48fe9ccda383d1b863e556df3c7447ffd083138e1d3'],
    ['of many scripts', MANY_SCRIPTS, '278b660fd153434eed249bf14eff24fcbb4e917d8c98db5cc57fd2e6c78bff2a'],
    [
      'of many pages',
      withLines(Array.from({ length: 80 }, (_, index) => lineOf(index + 1))),
      '2381a349ca6360f28bf41be0cd367e8bfc41f13f66d6f03c9dee22b2a859fd66',
    ],
  ])('looks as it did when it was issued, mark by mark and letter by letter: %s', async (_what, snapshot, hash) => {
    // Inflated, because another processor's zlib may pack the same content differently.
    const source = (await renderPdf(snapshot)).toString('latin1');
    const streams = Array.from(source.matchAll(/stream\n([^]*?)\nendstream/g), ([, packed = '']) =>
      inflateSync(Buffer.from(packed, 'latin1')),
    );
    expect(hashOf(Buffer.concat(streams))).toBe(hash);
  });
});

describe('hostile text', () => {
  test('becomes no action, link, script or attachment of the PDF', async () => {
    const hostile = [
      '<script>alert(1)</script>',
      'file:///etc/passwd',
      'https://evil.example',
      ') /JavaScript (x) endobj',
    ];
    const pdf = await renderPdf({
      ...withLines(hostile.map((title, index) => lineOf(index + 1, { title, sku: title }))),
      seller: { ...SAMPLE.seller, name: ') >> /OpenAction << /S /JavaScript /JS (app.alert(1)) >> (' },
      customer: { id: 'javascript:alert(1)', email: 'mailto:a@b.example' },
    });
    const objects = pdf.toString('latin1').replace(/stream\r?\n[^]*?endstream/g, '');
    expect(objects).toContain('/Type /Catalog');
    // The seller's name is there, as a string with its parentheses escaped; nothing of it is left outside of strings.
    expect(objects).toContain('(\\) >> /OpenAction');
    const outsideStrings = objects.replace(/\((?:\\.|[^\\()])*\)/g, '()');
    expect(outsideStrings).not.toMatch(/\/(Annots|URI|JavaScript|JS|Launch|OpenAction|AA|EmbeddedFile|SubmitForm)\b/);
  });

  test('of any characters is drawn without a fault', async () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 100 }),
      fc.string({
        unit: fc.constantFrom('ا', 'ل', 'ه', 'ש', '\u0301', '\u064b', '\u05b0', 'a', ' ', 'ສ', 'ˀ', '\u0488', 'ﷺ'),
      }),
    );
    await fc.assert(
      fc.asyncProperty(text, text, async (title, sku) => {
        const pdf = await renderPdf(withLines([lineOf(1, { title, sku })]));
        expect(pdf.subarray(-6).toString()).toBe('%%EOF\n');
      }),
      { numRuns: 60 },
    );
  }, 30_000);
});

const withoutPoppler = spawnSync('pdftotext', ['-v']).error !== undefined;

test.skipIf(withoutPoppler)('the text can be copied out of the PDF (needs pdftotext)', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'invoice-'));
  try {
    const lines = Array.from({ length: 675 }, (_, index) => lineOf(index + 1, { title: `Article ${index + 1} for ₹` }));
    await writeFile(join(folder, 'invoice.pdf'), await renderPdf(withLines(lines)));
    const { stdout } = await promisify(execFile)('pdftotext', ['-layout', join(folder, 'invoice.pdf'), '-']);
    for (const { title } of lines) expect(stdout).toContain(`${title} `);
    expect(stdout).toMatch(/Total +₹675\.00/);
    expect(stdout.match(/Page \d+ of \d+/g)?.length).toBe(stdout.split('\f').length - 1);
  } finally {
    await rm(folder, { recursive: true });
  }
});
