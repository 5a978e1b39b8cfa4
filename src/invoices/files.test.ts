import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { paperFileName, readPaperFile, writePaperFile } from './files.ts';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'invoices-'));
});

afterEach(async () => {
  await rm(folder, { recursive: true });
});

describe('the file name of an invoice', () => {
  test.each([
    ['INV2627/00000042', 'INV2627-00000042.pdf'],
    ['../../etc/passwd', '------etc-passwd.pdf'],
    ['..', '--.pdf'],
    ['a\\b\u0000c:d', 'a-b-c-d.pdf'],
  ])('%j is %s', (number, expected) => {
    expect(paperFileName(number)).toBe(expected);
  });

  test('never leaves the folder', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (number) => {
        const name = paperFileName(number);
        expect(basename(name)).toBe(name);
        expect(name).toMatch(/^[\w-]*\.pdf$/);
      }),
    );
  });
});

describe('the file of an invoice', () => {
  test('is read back as written, from a folder made for it, and overwritten by the next', async () => {
    const deeper = join(folder, 'made', 'for it');
    await writePaperFile(deeper, 'a.pdf', Buffer.from('first and longer'));
    await writePaperFile(deeper, 'a.pdf', Buffer.from('second'));
    expect(await readPaperFile(deeper, 'a.pdf')).toEqual(Buffer.from('second'));
    expect(await readdir(deeper)).toEqual(['a.pdf']);
  });

  test('that is not there is undefined, as is any in a folder that is not there', async () => {
    expect(await readPaperFile(folder, 'a.pdf')).toBeUndefined();
    expect(await readPaperFile(join(folder, 'nowhere'), 'a.pdf')).toBeUndefined();
  });

  test('is never seen in part, however many write it while it is read', async () => {
    const versions = ['a', 'b', 'c', 'd'].map((letter) => Buffer.alloc(200_000, letter));
    await writePaperFile(folder, 'a.pdf', Buffer.alloc(200_000, 'z'));
    let unwritten = versions.length;
    const writes = versions.map(async (bytes) => {
      await writePaperFile(folder, 'a.pdf', bytes);
      unwritten -= 1;
    });
    do {
      const seen = await readFile(join(folder, 'a.pdf'));
      expect(seen.equals(Buffer.alloc(200_000, seen[0]))).toBe(true);
    } while (unwritten > 0);
    await Promise.all(writes);
    expect(await readdir(folder)).toEqual(['a.pdf']);
  });

  test('that cannot be put in place is rejected, and leaves nothing of itself', async () => {
    await mkdir(join(folder, 'a.pdf'));
    await expect(writePaperFile(folder, 'a.pdf', Buffer.from('x'))).rejects.toThrow(/EISDIR|EEXIST|ENOTEMPTY/);
    expect(await readdir(folder)).toEqual(['a.pdf']);
  });

  test('is not troubled by what a crash left', async () => {
    await writeFile(join(folder, '.a.pdf.0123456789ab.new'), 'half');
    await writePaperFile(folder, 'a.pdf', Buffer.from('whole'));
    expect(await readPaperFile(folder, 'a.pdf')).toEqual(Buffer.from('whole'));
  });
});
