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
import { COLUMNS } from '../papers/plain-invoice.ts';
import { renderPdf } from './render.ts';
import { lineOf, SAMPLE, withLines } from '../sample-snapshot.ts';

const hashOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** Characters that share a glyph with others in the font, and a script that has to be shaped. */
const MANY_SCRIPTS = withLines([
  lineOf(1, { title: 'µ Ω Å - ‐ fi ffi e\u0301' }),
  lineOf(2, { title: 'مرحبا بالعالم' }),
  lineOf(3, { title: 'שלום עולם' }),
]);
/** Of several words that are read from the right, the order was not always theirs. */
const SHAPED_WORDS = withLines([
  lineOf(1, { title: 'µ Ω Å - ‐ fi ffi e\u0301' }),
  lineOf(2, { title: 'مرحبا' }),
  lineOf(3, { title: 'שלום' }),
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
    [
      'of single words that are shaped',
      SHAPED_WORDS,
      '2853220b6e85cec7ad4544acb4dff6defa9a0a2e39f5382ef706abe1f7e77520',
    ],
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

/** What pdftotext reads from the paper, in the form that it is asked for. */
async function textOf(snapshot: InvoiceSnapshot, form: '-bbox' | '-layout'): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'invoice-'));
  try {
    await writeFile(join(folder, 'invoice.pdf'), await renderPdf(snapshot));
    const { stdout } = await promisify(execFile)('pdftotext', [form, join(folder, 'invoice.pdf'), '-']);
    return stdout;
  } finally {
    await rm(folder, { recursive: true });
  }
}

describe.skipIf(withoutPoppler)('text that is read from the right (needs pdftotext)', () => {
  const fromTheRight = (text: string) => Array.from(text).reverse().join('');

  /** The descriptions as they stand on paper, line by line, letter by letter from the left. */
  async function linesOnPaper(titles: readonly string[]): Promise<string[]> {
    const lines = titles.map((title, index) => lineOf(index + 1, { title, sku: '' }));
    const words = Array.from(
      (await textOf(withLines(lines), '-bbox')).matchAll(/<word xMin="([\d.]+)" yMin="([\d.]+)" [^>]*>([^<]*)</g),
      ([, x, y, text = '']) => ({ x: Number(x), y: Math.round(Number(y)), text }),
    );
    const headerY = words.find(({ text }) => text === COLUMNS.title.heading)?.y ?? Infinity;
    const inColumn = words
      .filter(({ x, y }) => y > headerY && x >= COLUMNS.title.x - 1 && x < COLUMNS.quantity.x)
      .sort((a, b) => a.y - b.y || a.x - b.x);
    return Array.from(Map.groupBy(inColumn, ({ y }) => y).values(), (line) => line.map(({ text }) => text).join(' '));
  }

  test('stands from the right, and numbers, signs and words of other letters within it from the left', async () => {
    const expected = new Map([
      ['שלום עולם טוב', fromTheRight('שלום עולם טוב')],
      ['مرحبا بالعالم', fromTheRight('مرحبا بالعالم')],
      ['Reason: שלום חולצה', `Reason: ${fromTheRight('שלום חולצה')}`],
      ['חולצה 42 Nike Air כחולה', `${fromTheRight('כחולה')} Nike Air 42 ${fromTheRight('חולצה')}`],
      ['שלום -5 (בוקר)', `(${fromTheRight('בוקר')}) -5 ${fromTheRight('שלום')}`],
    ]);
    expect(await linesOnPaper([...expected.keys()])).toEqual([...expected.values()]);
  });

  test('stands so on each of its lines, also on one that begins with a word of other letters', async () => {
    const [first, second] = ['قميص قطني أزرق طويل جدا من النوع', 'Nike Air للرجال'];
    expect(await linesOnPaper([`${first} ${second}`])).toEqual([
      fromTheRight(first),
      `${fromTheRight('للرجال')} Nike Air`,
    ]);
  });
});

test.skipIf(withoutPoppler)('the text can be copied out of the PDF (needs pdftotext)', async () => {
  const lines = Array.from({ length: 675 }, (_, index) => lineOf(index + 1, { title: `Article ${index + 1} for ₹` }));
  const text = await textOf(withLines(lines), '-layout');
  for (const { title } of lines) expect(text).toContain(`${title} `);
  expect(text).toMatch(/Total +₹675\.00/);
  expect(text.match(/Page \d+ of \d+/g)?.length).toBe(text.split('\f').length - 1);
});
