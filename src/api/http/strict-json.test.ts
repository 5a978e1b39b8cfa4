import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { JsonFault, parseStrictJson } from './strict-json.ts';

const parse = (text: string): unknown => parseStrictJson(Buffer.from(text));

function faultOf(body: string | Buffer): { readonly field: string; readonly message: string } {
  try {
    parseStrictJson(Buffer.from(body));
  } catch (error) {
    if (error instanceof JsonFault) return { field: error.field, message: error.message };
    throw error;
  }
  throw new Error('the body was taken');
}

/** Texts made of what a careless scanner trips over, and of whatever else there is. */
const text = fc.oneof(
  fc.string({
    unit: fc.constantFrom('"', '\\', '{', '}', '[', ']', ':', ',', '\n', '\u2028', 'é', '😀', 'u', '0', '-'),
  }),
  fc.string({ unit: 'grapheme' }),
);
const content = text.filter((each) => !each.includes('\0'));
const key = content.filter((each) => each !== '__proto__' && JSON.stringify(each) === `"${each}"`);
const number = fc.oneof(
  fc.maxSafeInteger(),
  fc.double({ min: -Number.MAX_SAFE_INTEGER, max: Number.MAX_SAFE_INTEGER, noNaN: true }),
);
const { value } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 6, withCrossShrink: true },
    fc.oneof(fc.constant(null), fc.boolean(), number, content),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(key, tie('value'), { maxKeys: 4, noNullPrototype: true }),
  ),
}));

/** Writes every character of every text as an escape, but for the names of fields. */
function escaped(json: string): string {
  const escapeText = (written: string) =>
    [...Array.from({ length: written.length }, (_, index) => written.charCodeAt(index))]
      .map((unit) => `\\u${unit.toString(16).padStart(4, '0')}`)
      .join('');
  return json.replace(/("(?:[^"\\]|\\.)*")(:?)/gs, (whole, literal: string, colon: string) =>
    colon ? whole : `"${escapeText(String(JSON.parse(literal)))}"`,
  );
}

describe('a body without anything forbidden', () => {
  test('reads as JSON.parse reads it, however it is spaced and escaped', () => {
    fc.assert(
      fc.property(value, fc.constantFrom('', ' ', '\t', '  \n'), (each, space) => {
        const json = JSON.stringify(each, null, space);
        expect(parse(json)).toEqual(JSON.parse(json));
        expect(parse(escaped(json))).toEqual(JSON.parse(json));
      }),
      { numRuns: 500 },
    );
  });

  test.each([
    ['the largest number', '9007199254740991', 9_007_199_254_740_991],
    ['the smallest number', '-9007199254740991', -9_007_199_254_740_991],
    ['a fraction with an exponent', '[-1.5e-3,2E+2]', [-0.0015, 200]],
    ['whole numbers written as fractions', '[1.0,1.50e1,10e-1,0.0,-0.0E-9,0e99]', [1, 15, 1, 0, -0, 0]],
    ['the same key in two objects', '[{"a":1},{"a":{"a":2}}]', [{ a: 1 }, { a: { a: 2 } }]],
    ['keys that differ in case', '{"a":1,"A":2}', { a: 1, A: 2 }],
    ['a value that equals a key', '{"a":"b","b":"a"}', { a: 'b', b: 'a' }],
    ['the same text twice in an array', '["a","a"]', ['a', 'a']],
    ['__proto__ as a value', '{"a":"__proto__"}', { a: '__proto__' }],
    ['digits in a text', '"9007199254740993 1e400"', '9007199254740993 1e400'],
    ['a text that ends in a backslash', '{"a":"\\\\","b":"\\\\\\""}', { a: '\\', b: '\\"' }],
    ['both halves of a surrogate pair', '"\\ud83d\\ude00"', '😀'],
    ['an escaped backslash before u0000', '"\\\\u0000"', '\\u0000'],
    ['space around it', ' \r\n\t{ } \n', {}],
  ])('may hold %s', (_title, json, expected) => {
    expect(parse(json)).toEqual(expected);
  });

  test('may be nested 32 deep', () => {
    expect(parse('['.repeat(32) + ']'.repeat(32))).toEqual(JSON.parse('['.repeat(32) + ']'.repeat(32)));
    expect(parse('{"a":'.repeat(32) + '1' + '}'.repeat(32))).toBeTypeOf('object');
  });

  test('may have 200 fields in an object and 10,000 elements in an array', () => {
    const object = Object.fromEntries(Array.from({ length: 200 }, (_, index) => [`k${index}`, index]));
    const array = Array<number>(10_000).fill(0);
    expect(parse(JSON.stringify({ a: [object, array] }))).toEqual({ a: [object, array] });
  });

  test('may be empty', () => {
    expect(parse('')).toBeUndefined();
  });
});

describe('a body that cannot be read', () => {
  test.each([
    ['{', ': line 1, column 2'],
    ['{"a":1} x', ': line 1, column 9'],
    ['{"a":1}{"a":1}', ': line 1, column 8'],
    ['{"a":1,\n "hush" 2}', ': line 2, column 9'],
    ['{a:1}', ': line 1, column 2'],
    ["{'a':1}", ': line 1, column 2'],
    ['"\n"', ': line 1, column 2'],
    ['01', ': line 1, column 2'],
    ['[1,]', ''],
    ['{"a":hush}', ''],
    ['NaN', ''],
    [' ', ''],
    ['\ufeff{}', ''],
    ['// a\n1', ''],
  ])('is refused as a whole, by where it is wrong as far as that is known: %j', (body, place) => {
    expect(faultOf(body)).toEqual({ field: '', message: `is not valid JSON${place}` });
  });

  test.each([
    ['a byte that is never there', [0x22, 0xff, 0x22]],
    ['an overlong quotation mark', [0x22, 0xc0, 0xa2, 0x22]],
    ['half a surrogate pair', [0x22, 0xed, 0xa0, 0x80, 0x22]],
    ['a character cut off', [0x22, 0xe2, 0x82]],
  ])('is refused for invalid UTF-8: %s', (_title, bytes) => {
    expect(faultOf(Buffer.from(bytes))).toEqual({ field: '', message: 'is not valid UTF-8' });
  });
});

const twice = 'is given twice';
const tooLarge = 'is a number past 2^53 - 1';
const nul = 'holds the character U+0000';
const halfPair = 'holds half a surrogate pair';
const tooFine = 'is a fraction with more digits than can be kept';
const escapedName = 'is a field name written with an escape';
const notTaken = 'is not a field name that is taken';

describe('a body that says two things, or what cannot be kept', () => {
  test.each([
    ['{"a":1,"a":1}', 'a', twice],
    ['{"a":1,"\\u0061":2}', 'a', twice],
    ['{"\\u0061":1,"b":[],"a":2}', 'a', escapedName],
    ['[{"a":1,"b\\"":2}]', '[0].b"', escapedName],
    ['{"a":{"\\\\":1}}', 'a.\\', escapedName],
    ['{"":1,"":2}', '', twice],
    ['{"é":1,"\\u00E9":2}', 'é', twice],
    ['{"items":[{"sku":"A"},{"sku":"B","b":{"x":[]},"sku":"C"}]}', 'items[1].sku', twice],
    ['{"__proto__":{}}', '__proto__', notTaken],
    ['{"a":[{"\\u005f_proto__":1}]}', 'a[0].__proto__', notTaken],
    ['9007199254740992', '', tooLarge],
    ['{"a":9007199254740993}', 'a', tooLarge],
    ['{"a":-9007199254740993}', 'a', tooLarge],
    ['[0,1e400]', '[1]', tooLarge],
    ['[0,[-1e400]]', '[1][0]', tooLarge],
    ['{"a":{"b":90071992547409930e-1}}', 'a.b', tooLarge],
    ['{"a":1.00000000000000000001}', 'a', tooFine],
    ['{"a":-9007199254740990.6}', 'a', tooFine],
    ['[1e-400]', '[0]', tooFine],
    ['[0.99999999999999999999e0]', '[0]', tooFine],
    ['"\\u0000"', '', nul],
    ['{"a":"b\\u0000c"}', 'a', nul],
    ['{"a\\u0000":1}', 'a\0', nul],
    ['{"a":["\\ud83d"]}', 'a[0]', halfPair],
    ['{"a":"\\ude00\\ud83d"}', 'a', halfPair],
    ['{"a":1,"b":"\\uD83D\\\\uDE00"}', 'b', halfPair],
  ])('%s is refused at %j', (body, field, message) => {
    expect(faultOf(body)).toEqual({ field, message });
  });

  test('a body nested 33 deep is refused at what holds the 33rd, of whichever kind', () => {
    const message = 'is nested over 32 deep';
    expect(faultOf('['.repeat(33) + ']'.repeat(33))).toEqual({ field: '[0]'.repeat(32), message });
    const objects = '{"a":'.repeat(33) + '1' + '}'.repeat(33);
    expect(faultOf(objects)).toEqual({ field: Array(32).fill('a').join('.'), message });
  });

  test('is refused at the object with 201 fields, or the array with 10,001 elements', () => {
    const object = `{${Array.from({ length: 201 }, (_, index) => `"k${index}":0`).join(',')}}`;
    expect(faultOf(`{"a":[0,${object}]}`)).toEqual({ field: 'a[1]', message: 'has over 200 fields' });
    const array = JSON.stringify(Array(10_001).fill({}));
    expect(faultOf(`{"a":{"b":${array}}}`)).toEqual({ field: 'a.b', message: 'has over 10000 elements' });
  });

  test('is refused with its path, wherever it is and whatever stands around it', () => {
    const forbidden = fc.constantFrom(
      ['9007199254740992', tooLarge] as const,
      ['-1E+400', tooLarge] as const,
      ['"a\\u0000"', nul] as const,
      ['"\\udfff"', halfPair] as const,
    );
    const name = fc.string({ unit: fc.constantFrom('a', 'b', '{', ']', ',', ':', '1'), minLength: 1 });
    const level = fc.oneof(
      fc.record({ name, siblings: fc.dictionary(name, value, { maxKeys: 3, noNullPrototype: true }) }),
      fc.record({ before: fc.array(value, { maxLength: 3 }), after: fc.array(value, { maxLength: 3 }) }),
    );
    fc.assert(
      fc.property(forbidden, fc.array(level, { maxLength: 6 }), ([literal, message], levels) => {
        let body: string = literal;
        let field = '';
        for (const each of levels) {
          if ('name' in each) {
            const siblings = Object.entries(each.siblings).filter(([sibling]) => sibling !== each.name);
            const members = siblings.map(([sibling, of]) => `${JSON.stringify(sibling)}: ${JSON.stringify(of)},`);
            body = `{${members.join('')}${JSON.stringify(each.name)}:${body}}`;
            field = `.${each.name}${field}`;
          } else {
            const [before, after] = [each.before, each.after].map((values) => values.map((of) => JSON.stringify(of)));
            body = `[${[...(before ?? []), body, ...(after ?? [])].join(',')}]`;
            field = `[${each.before.length}]${field}`;
          }
        }
        expect(faultOf(body)).toEqual({ field: field.replace(/^\./, ''), message });
      }),
      { numRuns: 300 },
    );
  });

  test('is refused for a number exactly when it would be read as a whole one that it is not, or past 2^53 - 1', () => {
    const digits = fc.string({ unit: fc.constantFrom('0', '0', '1', '5', '9'), minLength: 1, maxLength: 22 });
    fc.assert(
      fc.property(
        fc.boolean(),
        digits,
        digits,
        fc.integer({ min: -30, max: 30 }),
        (isNegative, one, fraction, power) => {
          const whole = one.replace(/^0+(?=.)/, '');
          const literal = `${isNegative ? '-' : ''}${whole}.${fraction}e${power}`;
          const places = BigInt(Math.max(fraction.length - power, 0));
          const isWhole = BigInt(whole + fraction) % 10n ** places === 0n;
          const read = Number(literal);
          const isKept = Math.abs(read) <= Number.MAX_SAFE_INTEGER && (isWhole || !Number.isInteger(read));
          if (isKept) expect(parse(literal)).toBe(read);
          else expect([tooLarge, tooFine]).toContain(faultOf(literal).message);
        },
      ),
      { numRuns: 2_000 },
    );
  });

  test('is refused with no more of a long field name than a hundred characters', () => {
    expect(faultOf(`{"${'a'.repeat(5_000)}":1e400}`).field).toBe('a'.repeat(100));
  });
});

// Each is over a million steps long: a walk that took the square of them would run for hours, not until the time-out.
describe('a hostile body of two mebibytes is answered, in the end as at the beginning', () => {
  const MEBI = 1_048_576;

  test('brackets alone', () => {
    expect(faultOf('['.repeat(MEBI) + ']'.repeat(MEBI)).message).toBe('is nested over 32 deep');
  });

  test('backslashes alone', () => {
    expect(parse(`"${'\\\\'.repeat(MEBI)}"`)).toBe('\\'.repeat(MEBI));
  });

  test('escaped quotation marks alone', () => {
    expect(parse(`"${'\\"'.repeat(MEBI)}"`)).toBe('"'.repeat(MEBI));
  });

  test('long runs of backslashes, each before a quotation mark', () => {
    const run = `${'\\\\'.repeat(511)}\\"`;
    expect(parse(`"${run.repeat(2_048)}"`)).toBe(`${'\\'.repeat(511)}"`.repeat(2_048));
  });

  test('many objects full of keys, of which the last is the first again', () => {
    const members = Array.from({ length: 200 }, (_, index) => `"k${index}":0`).join(',');
    const objects = Array<string>(1_000).fill(`{${members}}`).join(',');
    expect(faultOf(`[${objects},{${members},"k0":0}]`)).toEqual({ field: '[1000].k0', message: twice });
  });

  test('many keys', () => {
    const members = Array.from({ length: 150_000 }, (_, index) => `"k${index}":0`);
    expect(faultOf(`{${members.join(',')}}`)).toEqual({ field: '', message: 'has over 200 fields' });
  });

  test('many elements', () => {
    const message = 'has over 10000 elements';
    expect(faultOf(`[${'0,'.repeat(MEBI)}0]`)).toEqual({ field: '', message });
  });

  test('a number of a million digits', () => {
    expect(faultOf(`[0.${'1'.repeat(MEBI)},${'1'.repeat(MEBI)}]`)).toEqual({ field: '[1]', message: tooLarge });
  });
});
