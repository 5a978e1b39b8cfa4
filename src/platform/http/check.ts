import type { TSchema } from 'typebox';
import { Compile } from 'typebox/compile';

/** What is wrong with one field of a request. */
export interface FieldError {
  /** `items[0].quantity`; empty when the whole is meant. */
  readonly field: string;
  readonly message: string;
}

export type Checked = { readonly value: unknown } | { readonly errors: readonly FieldError[] };

const MOST_ERRORS_TOLD = 20;

/**
 * Compiles a schema for one part of a request. Bodies are taken as they are; texts of the URL (`isText`) become numbers
 * only where the schema wants an integer and the text is one. Answers with the value, or with the first faults by field.
 */
export function compileCheck(schema: TSchema, { isText }: { readonly isText: boolean }): (value: unknown) => Checked {
  const compiled = Compile(schema);
  const integers = isText ? integerProperties(schema) : [];
  return (value) => {
    const converted = integers.length > 0 ? withIntegers(value, integers) : value;
    if (isText) {
      const unstorable = textsWithNul(converted);
      if (unstorable.length > 0) return { errors: unstorable };
    }
    if (compiled.Check(converted)) return { value: converted };
    const errors = compiled.Errors(converted).flatMap(toFieldErrors).slice(0, MOST_ERRORS_TOLD);
    return { errors: errors.length > 0 ? errors : [{ field: '', message: 'is not valid' }] };
  };
}

function integerProperties(schema: TSchema): string[] {
  if (!('properties' in schema) || typeof schema.properties !== 'object' || schema.properties === null) return [];
  return Object.entries(schema.properties).flatMap(([name, property]: [string, unknown]) =>
    typeof property === 'object' && property !== null && 'type' in property && property.type === 'integer'
      ? [name]
      : [],
  );
}

function withIntegers(value: unknown, names: readonly string[]): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const converted: Record<string, unknown> = { ...value };
  for (const name of names) {
    const text = converted[name];
    if (typeof text === 'string' && /^-?\d{1,19}$/.test(text)) converted[name] = Number(text);
  }
  return converted;
}

/** A database stores no U+0000. In a body the parser has seen to it. */
function textsWithNul(value: unknown): FieldError[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([field, text]: [string, unknown]) =>
    typeof text === 'string' && text.includes('\0') ? [{ field, message: 'holds the character U+0000' }] : [],
  );
}

interface SchemaError {
  readonly keyword: string;
  readonly instancePath: string;
  readonly params: object;
  readonly message: string;
}

function toFieldErrors({ keyword, instancePath, params, message }: SchemaError): FieldError[] {
  const field = fieldOf(instancePath);
  const inside = (name: string) => (field ? `${field}.${name}` : name);
  switch (keyword) {
    case 'required':
      return namesIn(params, 'requiredProperties').map((name) => ({ field: inside(name), message: 'is required' }));
    case 'boolean':
      return [{ field, message: 'is not a known field' }];
    case 'additionalProperties':
      // Says again, of the object around it, what was said of the unknown field itself; and may be cut off.
      return [];
    case 'enum': {
      const allowed = namesIn(params, 'allowedValues');
      return [{ field, message: allowed.length > 0 ? `must be one of ${allowed.join(', ')}` : message }];
    }
    default:
      return [{ field, message }];
  }
}

function namesIn(params: object, key: string): string[] {
  const names = Object.entries(params).find(([name]) => name === key)?.[1] as unknown;
  return Array.isArray(names) ? names.map(String) : [];
}

/** `/items/0/quantity` as `items[0].quantity`. */
function fieldOf(pointer: string): string {
  return pointer
    .split('/')
    .slice(1)
    .map((part) => (/^\d+$/.test(part) ? `[${part}]` : `.${part.slice(0, 100)}`))
    .join('')
    .replace(/^\./, '');
}
