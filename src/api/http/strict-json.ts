import { isUtf8 } from 'node:buffer';

/** Why a body is not taken, and where: `field` is empty when the body as a whole is meant. */
export class JsonFault extends Error {
  override readonly name = 'JsonFault';
  readonly field: string;

  constructor(field: string, message: string) {
    super(message);
    this.field = field;
  }
}

const MAX_DEPTH = 32;
/** Many times what any schema of ours has. */
const MOST_FIELDS = 200;
/** Five times the longest list that a schema takes, which tells by itself what is a little over. */
const MOST_ELEMENTS = 10_000;

/**
 * Reads JSON more strictly than JSON.parse, which keeps the last of two equal keys, rounds numbers that it cannot hold,
 * and takes any depth: each of them would let a body mean one thing to its sender and another to us. It bounds what an
 * object and an array hold, too, so that whatever is done for each member is done for few.
 *
 * @returns undefined for an empty body
 * @throws JsonFault naming the field: bad syntax or UTF-8, depth over 32, over 200 fields in an object or 10,000 elements
 *   in an array, a duplicate key, `__proto__`, a key written with escapes, a number past 2^53 - 1, infinite, or a fraction
 *   that would be read as a whole number, U+0000 or half a surrogate pair in a text
 */
export function parseStrictJson(bytes: Buffer): unknown {
  if (bytes.length === 0) return undefined;
  if (!isUtf8(bytes)) throw new JsonFault('', 'is not valid UTF-8');
  const text = bytes.toString('utf8');
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new JsonFault('', `is not valid JSON${placeOf(error)}`);
  }
  refuseAmbiguity(text);
  return value;
}

const PLACE = /\(line (\d+) column (\d+)\)$/;

/** Where V8 says so, as of most faults. Its words may hold some of the body, which is not told again: only the numbers. */
function placeOf(error: unknown): string {
  const [, line, column] = PLACE.exec(error instanceof Error ? error.message : '') ?? [];
  return line === undefined || column === undefined ? '' : `: line ${line}, column ${column}`;
}

interface Container {
  /** Undefined: an array. */
  readonly keys: Set<string> | undefined;
  key: string;
  index: number;
}

const NUMBER = /-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/y;

/** Walks over text that is known to be JSON. */
function refuseAmbiguity(text: string): void {
  const stack: Container[] = [];
  let expectsKey = false;
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at];
    const container = stack.at(-1);
    switch (character) {
      case '{':
      case '[':
        if (stack.length === MAX_DEPTH) throw new JsonFault(pathOf(stack), `is nested over ${MAX_DEPTH} deep`);
        stack.push({ keys: character === '{' ? new Set() : undefined, key: '', index: 0 });
        expectsKey = character === '{';
        break;
      case '}':
      case ']':
        stack.pop();
        expectsKey = false;
        break;
      case ',':
        if (container?.keys) expectsKey = true;
        else if (container) enterElement(container, stack);
        break;
      case '"': {
        const end = endOfString(text, at);
        const content = decode(text, at, end);
        const isKey = expectsKey && container?.keys !== undefined;
        if (isKey) enterKey(container, content, stack);
        refuseUnstorable(content, stack);
        if (isKey) {
          refuseEscapes(text.slice(at, end), stack);
          expectsKey = false;
        }
        at = end;
        break;
      }
      default:
        if (character === '-' || (character !== undefined && character >= '0' && character <= '9')) {
          at = endOfNumber(text, at, stack);
        }
    }
  }
}

function enterKey(container: Container, key: string, stack: readonly Container[]): void {
  container.key = key;
  if (key === '__proto__') throw new JsonFault(pathOf(stack), 'is not a field name that is taken');
  if (container.keys?.has(key)) throw new JsonFault(pathOf(stack), 'is given twice');
  if (container.keys?.size === MOST_FIELDS) {
    throw new JsonFault(pathOf(stack.slice(0, -1)), `has over ${MOST_FIELDS} fields`);
  }
  container.keys?.add(key);
}

function enterElement(container: Container, stack: readonly Container[]): void {
  container.index += 1;
  if (container.index === MOST_ELEMENTS) {
    throw new JsonFault(pathOf(stack.slice(0, -1)), `has over ${MOST_ELEMENTS} elements`);
  }
}

/**
 * V8 13.6 (Node 24) reads `{"\\u0061":1}` as `{"\\\\":1}` once it has seen an object with a backslash for a key in that
 * place. No field of ours needs an escape, so that none is taken, and what was read is what was written.
 */
function refuseEscapes(key: string, stack: readonly Container[]): void {
  if (key.includes('\\')) throw new JsonFault(pathOf(stack), 'is a field name written with an escape');
}

function endOfString(text: string, start: number): number {
  let end = text.indexOf('"', start + 1);
  while (isEscaped(text, end)) end = text.indexOf('"', end + 1);
  return end;
}

function isEscaped(text: string, at: number): boolean {
  let backslashes = 0;
  while (text[at - 1 - backslashes] === '\\') backslashes += 1;
  return backslashes % 2 === 1;
}

function decode(text: string, start: number, end: number): string {
  const raw = text.slice(start + 1, end);
  return raw.includes('\\') ? String(JSON.parse(text.slice(start, end + 1))) : raw;
}

function refuseUnstorable(content: string, stack: readonly Container[]): void {
  if (content.includes('\0')) throw new JsonFault(pathOf(stack), 'holds the character U+0000');
  if (!content.isWellFormed()) throw new JsonFault(pathOf(stack), 'holds half a surrogate pair');
}

function endOfNumber(text: string, start: number, stack: readonly Container[]): number {
  NUMBER.lastIndex = start;
  const literal = NUMBER.exec(text)?.[0] ?? '';
  const value = Number(literal);
  if (Math.abs(value) > Number.MAX_SAFE_INTEGER) throw new JsonFault(pathOf(stack), 'is a number past 2^53 - 1');
  if (Number.isInteger(value) && !isWhole(literal)) {
    throw new JsonFault(pathOf(stack), 'is a fraction with more digits than can be kept');
  }
  return start + Math.max(literal.length, 1) - 1;
}

/** Whether a number is whole as it is written: `1.50e1` is, and 1.00000000000000000001 is not, though it is read as 1. */
function isWhole(literal: string): boolean {
  if (!/[.eE]/.test(literal)) return true;
  const [, whole = '', fraction = '', exponent = '0'] = /^-?(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(literal) ?? [];
  const digits = whole + fraction;
  let significant = digits.length;
  while (digits[significant - 1] === '0') significant -= 1;
  return significant <= Math.max(0, whole.length + Number(exponent));
}

/** `items[3].quantity`: where in the body the walk is. */
function pathOf(stack: readonly Container[]): string {
  return stack
    .map(({ keys, key, index }) => (keys ? `.${key.slice(0, 100)}` : `[${index}]`))
    .join('')
    .replace(/^\./, '');
}
