import fc from 'fast-check';
import type { Contract, MediaType, OpenApiDocument, Operation } from '../http/contract.ts';
import { anyText } from '../http/hostile-values.ts';
import { valuesFor, type Generation, type JsonSchema } from './schema-values.ts';

/** An operation of the document, under its method and the template of its address. */
export interface NamedOperation {
  readonly operationId: string;
  readonly method: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE';
  readonly path: string;
  readonly operation: Operation;
}

export interface FuzzRequest {
  readonly operationId: string;
  readonly method: NamedOperation['method'];
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly payload: string | undefined;
}

/** All but those that answer with a stream, which does not end. */
export function operationsOf({ paths }: OpenApiDocument): NamedOperation[] {
  const named = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      operationId: operation.operationId ?? '',
      method: method.toUpperCase() as NamedOperation['method'],
      path,
      operation,
    })),
  );
  return named.filter(({ operation }) => !operation.responses['200']?.content?.['text/event-stream']);
}

/** Ids of what is there, by the first part of an address after /v1: `orders`. */
export type KnownIds = Readonly<Record<string, readonly number[]>>;

/** Requests for an operation, made of what the document says about it: legal, on the edges, and hostile. */
export function requestsFor(
  contract: Contract,
  { operationId, method, path, operation }: NamedOperation,
  known: KnownIds,
): fc.Arbitrary<FuzzRequest> {
  const resource = /^\/v1\/([\w-]+)/.exec(path)?.[1] ?? '';
  const all = Object.values(known).flat();
  const ids = known[resource] ?? all;
  const inAddress: Generation = { contract, ids };
  const inBody: Generation = { contract, ids: all };
  const parameters = operation.parameters ?? [];
  const of = (place: string) => parameters.filter((each) => each.in === place);
  const mediaType = operation.requestBody?.content['application/json'];

  const pathValues = fc.tuple(
    ...of('path').map((each) => (ids.length > 0 ? valuesFor(each.schema, inAddress) : anyText)),
  );
  const queryValues = fc.tuple(...of('query').map((each) => maybe(each, inAddress)));
  const headerValues = fc.tuple(...of('header').map((each) => maybe(each, inAddress)));
  const stray = seldom(fc.tuple(anyText, anyText), 30);
  const body = mediaType ? bodiesFor(mediaType, inBody) : fc.constant(undefined);

  return fc
    .tuple(pathValues, queryValues, headerValues, stray, body)
    .map(([ofPath, ofQuery, ofHeaders, extra, value]) => {
      let index = 0;
      const address = path.replaceAll(/\{\w+\}/g, () => encode(ofPath[index++]));
      const pairs = of('query').flatMap(({ name }, at) =>
        ofQuery[at] === undefined ? [] : [[name, ofQuery[at]] as const],
      );
      const query = [...pairs, ...(extra ? [extra] : [])].map(([name, each]) => `${encode(name)}=${encode(each)}`);
      const headers = of('header').flatMap(({ name }, at) =>
        ofHeaders[at] === undefined ? [] : [[name, headerText(ofHeaders[at])] as const],
      );
      return {
        operationId,
        method,
        url: query.length > 0 ? `${address}?${query.join('&')}` : address,
        headers: {
          ...Object.fromEntries(headers),
          ...(value === undefined ? {} : { 'content-type': 'application/json' }),
        },
        payload: value === undefined ? undefined : JSON.stringify(value),
      };
    });
}

function maybe(
  { required, schema }: { readonly required?: boolean; readonly schema: JsonSchema },
  generation: Generation,
): fc.Arbitrary<unknown> {
  const value = valuesFor(schema, generation);
  return required ? value : fc.oneof({ weight: 3, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: value });
}

/** Half of them made of the schema alone; half the documented example with a field or two made of the schema. */
function bodiesFor({ schema, example, examples }: MediaType, generation: Generation): fc.Arbitrary<unknown> {
  const given: unknown = example ?? Object.values(examples ?? {})[0]?.value;
  if (typeof given !== 'object' || given === null) return valuesFor(schema, generation);
  const fields = Object.entries(fieldsOf(schema, generation.contract));
  const changes = fields.map(([name, each]) => valuesFor(each, generation).map((value) => [name, value] as const));
  const changed =
    changes.length === 0
      ? fc.constant(given)
      : fc
          .array(fc.oneof(...changes), { maxLength: 2 })
          .map((replaced) => ({ ...given, ...Object.fromEntries(replaced) }));
  return fc.oneof(changed, valuesFor(schema, generation));
}

function fieldsOf(schema: JsonSchema, contract: Contract): Readonly<Record<string, JsonSchema>> {
  return schema.$ref === undefined ? (schema.properties ?? {}) : fieldsOf(contract.resolve(schema.$ref), contract);
}

/** Left out so many times as often as it is there. */
function seldom<Value>(value: fc.Arbitrary<Value>, times: number): fc.Arbitrary<Value | undefined> {
  return fc.oneof({ weight: times, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: value });
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function encode(value: unknown): string {
  return encodeURIComponent(textOf(value).toWellFormed());
}

/** What a client can put into a header at all: no control characters, and Latin-1. */
function headerText(value: unknown): string {
  return textOf(value)
    .replaceAll(/[^\x20-\x7e\xa0-\xff]/g, '?')
    .slice(0, 2_000);
}
