import type { TSchema } from 'typebox';
import { Compile, type Validator } from 'typebox/compile';

/** What is wrong with one field of a request. */
export interface FieldError {
  /** `items[0].quantity`; empty when the whole is meant. */
  readonly field: string;
  readonly message: string;
}

export type Checked = { readonly value: unknown } | { readonly errors: readonly FieldError[] };

const MOST_ERRORS_TOLD = 20;

/**
 * Checks one part of a request by a schema, which is compiled when the first one comes: most of the routes that a process
 * has are never asked for in it, and all of them took a sixth of its heap. Bodies are taken as they are; texts of the URL (`isText`) become numbers
 * only where the schema wants an integer and the text is one. Answers with the value, or with the first faults by field.
 */
export function compileCheck(schema: TSchema, { isText }: { readonly isText: boolean }): (value: unknown) => Checked {
  let compiled: Validator | undefined;
  const integers = isText ? integerProperties(schema) : [];
  return (value) => {
    const converted = integers.length > 0 ? withIntegers(value, integers) : value;
    if (isText) {
      const unstorable = textsWithNul(converted);
      if (unstorable.length > 0) return { errors: unstorable };
    }
    compiled ??= Compile(schema);
    if (compiled.Check(converted)) return { value: converted };
    const faults = withoutRepetition(compiled.Errors(converted));
    const errors = faults.flatMap((fault) => toFieldErrors(fault, schema)).slice(0, MOST_ERRORS_TOLD);
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
  /** Of the schema that the value does not fit: `#/properties/currency`. */
  readonly schemaPath: string;
  readonly instancePath: string;
  readonly params: object;
  readonly message: string;
}

/**
 * Without what is said of a field again: that it is not null either, that it fits none of what it may be, and the pattern
 * of a text whose length or format is wrong already.
 */
function withoutRepetition(errors: readonly SchemaError[]): SchemaError[] {
  const said = new Set<string>();
  for (const { keyword, instancePath, schemaPath } of errors.filter((error) => !isAboutNull(error))) {
    if (keyword !== 'pattern') said.add(`${instancePath} ${schemaPath}`);
    for (const { index } of schemaPath.matchAll(/\/anyOf\//g)) said.add(schemaPath.slice(0, index));
  }
  return errors.filter((error) => {
    const { keyword, instancePath, schemaPath } = error;
    if (keyword === 'pattern') return !said.has(`${instancePath} ${schemaPath}`);
    if (keyword === 'anyOf') return !said.has(schemaPath);
    return !isAboutNull(error) || !said.has(schemaPath.replace(NULL_BRANCH, ''));
  });
}

const NULL_BRANCH = /\/anyOf\/\d+$/;

/** Of the null that a field may be in the place of something else. */
function isAboutNull({ keyword, schemaPath, params }: SchemaError): boolean {
  return keyword === 'type' && 'type' in params && params.type === 'null' && NULL_BRANCH.test(schemaPath);
}

function toFieldErrors(
  { keyword, schemaPath, instancePath, params, message }: SchemaError,
  schema: TSchema,
): FieldError[] {
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
    case 'pattern': {
      // The description is for people, who cannot be asked to read a pattern alone.
      const description = descriptionAt(schema, schemaPath);
      return [{ field, message: description === undefined ? message : `${message}: ${description}` }];
    }
    default:
      return [{ field, message }];
  }
}

function descriptionAt(schema: TSchema, schemaPath: string): string | undefined {
  let part: unknown = schema;
  for (const key of [...schemaPath.split('/').slice(1), 'description']) {
    part =
      typeof part === 'object' && part !== null ? new Map<string, unknown>(Object.entries(part)).get(key) : undefined;
  }
  return typeof part === 'string' ? part : undefined;
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
