import { Overloaded } from '../../platform/sharing/coalesce.ts';
import { execFile } from 'node:child_process';
import { cp, mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, expect, test } from 'vitest';
import { renderPdf } from './render.ts';
import { createPaperRenderer, type PaperRenderer, type PaperRendererOptions } from './renderer.ts';
import { lineOf, SAMPLE, withLines } from '../sample-snapshot.ts';

const open: PaperRenderer[] = [];

function rendererWith(options: Partial<PaperRendererOptions> = {}): PaperRenderer {
  const renderer = createPaperRenderer({ threads: 1, ...options });
  open.push(renderer);
  return renderer;
}

afterEach(async () => {
  await Promise.all(open.splice(0).map((renderer) => renderer.close()));
});

test('a thread draws the same bytes as the main thread', async () => {
  const inThread = await rendererWith().render(SAMPLE);
  expect(Buffer.from(inThread).equals(await renderPdf(SAMPLE))).toBe(true);
});

test('an invoice of 2,000 lines with descriptions of 1,000 characters fits in a thread', async () => {
  const title = 'long description '.repeat(59).slice(0, 1_000);
  const lines = Array.from({ length: 2_000 }, (_, index) => lineOf(index + 1, { title }));
  const pdf = await rendererWith().render(withLines(lines));
  expect(Buffer.from(pdf).subarray(0, 5).toString()).toBe('%PDF-');
}, 30_000);

test('one that cannot be drawn is rejected, and the next is drawn', async () => {
  const renderer = rendererWith();
  await expect(renderer.render({ ...SAMPLE, timezone: 'Nowhere/Land' })).rejects.toThrow(/time zone/);
  await expect(renderer.render(SAMPLE)).resolves.toBeInstanceOf(Uint8Array);
});

test('more than may wait are rejected at once, those that wait are drawn, and there is room again', async () => {
  const renderer = rendererWith({ mostWaiting: 2 });
  const results = await Promise.allSettled(Array.from({ length: 8 }, () => renderer.render(SAMPLE)));
  const full = { status: 'rejected', reason: new Overloaded('3 invoices are being rendered already') };
  expect(results.slice(0, 3).map(({ status }) => status)).toEqual(Array(3).fill('fulfilled'));
  expect(results.slice(3)).toEqual(Array(5).fill(full));
  await expect(renderer.render(SAMPLE)).resolves.toBeInstanceOf(Uint8Array);
});

test('one that takes too long is rejected', async () => {
  const lines = Array.from({ length: 2_000 }, (_, index) => lineOf(index + 1));
  const startedAt = performance.now();
  await expect(rendererWith({ timeoutMs: 5 }).render(withLines(lines))).rejects.toThrow(/abort/i);
  expect(performance.now() - startedAt).toBeLessThan(5_000);
});

test('closing needs no invoice to have come, and afterwards none is taken', async () => {
  const renderer = rendererWith();
  await renderer.close();
  await expect(renderer.render(SAMPLE)).rejects.toThrow('the invoice renderer is closed');
});

test('it works in a folder whose name holds spaces and signs', async () => {
  const root = fileURLToPath(new URL('../../..', import.meta.url));
  const folder = await mkdtemp(join(tmpdir(), 'a #1 50% path '));
  try {
    for (const part of ['domain', 'invoices', 'platform']) {
      await cp(join(root, 'src', part), join(folder, 'src', part), { recursive: true });
    }
    await cp(join(root, 'package.json'), join(folder, 'package.json'));
    await symlink(join(root, 'node_modules'), join(folder, 'node_modules'));
    const program = `
      import { createPaperRenderer } from ${JSON.stringify(pathToFileURL(join(folder, 'src/invoices/pdf/renderer.ts')).href)};
      const renderer = createPaperRenderer({ threads: 1 });
      const pdf = await renderer.render(${JSON.stringify(SAMPLE)});
      console.log(Buffer.from(pdf).subarray(0, 5).toString());
      await renderer.close();`;
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', program]);
    expect(stdout).toBe('%PDF-\n');
  } finally {
    await rm(folder, { recursive: true });
  }
}, 30_000);
