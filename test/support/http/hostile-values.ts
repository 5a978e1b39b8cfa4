import fc from 'fast-check';

/** Values that have broken parsers, validators and databases before. */
export const nasty = fc.constantFrom<unknown>(
  null,
  true,
  0,
  -0,
  -1,
  1.5,
  2 ** 31,
  2 ** 53 - 1,
  2 ** 53,
  2 ** 63,
  1e308,
  '',
  ' ',
  '\0',
  '\ud800',
  '\u202e',
  "'; DROP TABLE orders; --",
  '{}',
  '%00',
  '0000-01-01T00:00:00Z',
  '9999-12-31T23:59:60Z',
  '+275760-09-13T00:00:00Z',
  'a@b',
  'x'.repeat(1_001),
  [],
  {},
  [[]],
  { length: 1 },
  { toString: null },
  { constructor: { prototype: {} } },
);

export const anything = fc.oneof(nasty, fc.jsonValue({ maxDepth: 4 }), fc.string({ unit: 'binary', maxLength: 300 }));

/** The same as text, for addresses and headers. */
export const anyText = anything.map((value) => (typeof value === 'string' ? value : JSON.stringify(value)));
