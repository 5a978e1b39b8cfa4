import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import fc from 'fast-check';
import { create, type Font } from 'fontkit';
import { describe, expect, test } from 'vitest';
import { subsetsOf } from './glyph-subset.ts';

describe.each(['DejaVuSans.ttf', 'DejaVuSans-Bold.ttf'])('a subset of %s', (fileName) => {
  const file = readFileSync(createRequire(import.meta.url).resolve(`dejavu-fonts-ttf/ttf/${fileName}`));
  const newSubset = subsetsOf(file);
  const font = create(file) as Font;

  test('has the same numbers and bytes as the one that fontkit makes, of any glyphs, composite ones too', () => {
    const glyphIds = fc.array(fc.nat({ max: font.numGlyphs - 1 }), { maxLength: 300 });
    fc.assert(
      fc.property(glyphIds, (ids) => {
        const ours = newSubset();
        const theirs = font.createSubset() as unknown as ReturnType<typeof newSubset>;
        expect(ids.map((id) => ours.includeGlyph(id))).toEqual(ids.map((id) => theirs.includeGlyph(id)));
        expect(ours.encode().equals(theirs.encode())).toBe(true);
      }),
      { numRuns: 40 },
    );
  });
});

test('a file that is no such font is refused', () => {
  expect(() => subsetsOf(Buffer.alloc(64))).toThrow(new TypeError('the font has no table head'));
});
