import fc from 'fast-check';
import { anything } from '../http/hostile-values.ts';
import type { Contract } from '../http/contract.ts';

/** A JSON schema, as far as the OpenAPI document uses it. */
export interface JsonSchema {
  readonly $ref?: string;
  readonly type?: string;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly anyOf?: readonly JsonSchema[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly items?: JsonSchema;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly pattern?: string;
  readonly format?: string;
  readonly examples?: readonly unknown[];
}

export interface Generation {
  readonly contract: Contract;
  /** Ids of things that are there. */
  readonly ids: readonly number[];
}

const MOST_ITEMS = 4;
const MOST_CHARACTERS = 60;

/** Values for a schema: of twenty, one on its edges or past them, one hostile, and the others legal. */
export function valuesFor(schema: JsonSchema, generation: Generation): fc.Arbitrary<unknown> {
  return fc.oneof(
    { weight: 18, arbitrary: legal(schema, generation) },
    { weight: 1, arbitrary: edges(schema) },
    { weight: 1, arbitrary: anything },
  );
}

function legal(schema: JsonSchema, generation: Generation): fc.Arbitrary<unknown> {
  if (schema.$ref !== undefined) return legal(generation.contract.resolve(schema.$ref), generation);
  if (schema.enum) return fc.constantFrom(...schema.enum);
  if (schema.const !== undefined) return fc.constant(schema.const);
  if (schema.anyOf) return fc.oneof(...schema.anyOf.map((each) => legal(each, generation)));
  switch (schema.type) {
    case 'object':
      return objects(schema, generation);
    case 'array':
      return fc.array(valuesFor(schema.items ?? {}, generation), {
        minLength: schema.minItems ?? 0,
        maxLength: Math.min(schema.maxItems ?? MOST_ITEMS, MOST_ITEMS),
      });
    case 'integer':
      return integers(schema, generation);
    case 'number':
      return fc.double({ min: schema.minimum, max: schema.maximum, noNaN: true });
    case 'boolean':
      return fc.boolean();
    case 'null':
      return fc.constant(null);
    case 'string':
      return texts(schema);
    default:
      return anything;
  }
}

/** Now and then without a field that it needs, or with one that nobody knows. */
function objects({ properties = {}, required = [] }: JsonSchema, generation: Generation): fc.Arbitrary<unknown> {
  const fields = Object.entries(properties).map(([name, schema]) => [name, valuesFor(schema, generation)] as const);
  const whole = fc.record(Object.fromEntries(fields), { requiredKeys: [...required] });
  const lacking = fc.record(Object.fromEntries(fields), { requiredKeys: [] });
  const unknown = fc
    .tuple(whole, fc.constantFrom('id', 'state', 'version', 'constructor', 'toString', 'actor'), anything)
    .map(([value, name, extra]) => ({ ...value, [name]: extra }));
  return fc.oneof(
    { weight: 8, arbitrary: whole },
    { weight: 1, arbitrary: lacking },
    { weight: 1, arbitrary: unknown },
  );
}

/** An integer that may be so large is an id as often as not. */
function integers({ minimum = -1_000, maximum = 1_000 }: JsonSchema, { ids }: Generation): fc.Arbitrary<number> {
  const small = fc.integer({ min: Math.max(minimum, -1_000), max: Math.min(maximum, 1_000_000) });
  if (maximum !== Number.MAX_SAFE_INTEGER || ids.length === 0) return small;
  return fc.oneof(
    fc.constantFrom(...ids),
    small,
    fc.maxSafeNat().map((each) => Math.max(each, minimum)),
  );
}

function texts(schema: JsonSchema): fc.Arbitrary<string> {
  const { minLength = 0, maxLength = MOST_CHARACTERS, pattern, format, examples = [] } = schema;
  const ofExamples = examples.filter((each) => typeof each === 'string');
  const free = fc.string({
    minLength,
    maxLength: Math.max(minLength, Math.min(maxLength, MOST_CHARACTERS)),
    unit: 'grapheme',
  });
  const shaped =
    pattern !== undefined
      ? fc.stringMatching(new RegExp(pattern))
      : format === 'date-time'
        ? fc
            // Half of them past: no order is placed in the future.
            .constantFrom('2026-01-01', '9999-12-31')
            .chain((end) => fc.date({ noInvalidDate: true, min: new Date('0001-01-01'), max: new Date(end) }))
            .map((date) => date.toISOString())
        : format === 'email'
          ? fc.emailAddress()
          : free;
  return ofExamples.length > 0 ? fc.oneof(shaped, fc.constantFrom(...ofExamples)) : shaped;
}

/** On the edges that the schema draws, and one step past them. */
function edges({
  type,
  minimum,
  maximum,
  minLength,
  maxLength,
  minItems,
  maxItems,
}: JsonSchema): fc.Arbitrary<unknown> {
  const around = (edge: number | undefined) => (edge === undefined ? [] : [edge - 1, edge, edge + 1]);
  const numbers = [...around(minimum), ...around(maximum), 0, -0, 0.5];
  const lengths = [...around(minLength), ...around(maxLength), 0].filter((length) => length >= 0 && length <= 10_000);
  const sizes = [...around(minItems), ...around(maxItems)].filter((size) => size >= 0 && size <= 3_000);
  switch (type) {
    case 'integer':
    case 'number':
      return fc.constantFrom<unknown>(...numbers, ...numbers.map(String));
    case 'string':
      return fc.constantFrom(...lengths).chain((length) => fc.constantFrom('x'.repeat(length), '₹'.repeat(length)));
    case 'array':
      return fc.constantFrom(0, ...sizes).map((size) => Array.from({ length: size }, () => null));
    default:
      return anything;
  }
}
