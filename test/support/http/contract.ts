import { expect } from 'vitest';
import { Compile, type Validator } from 'typebox/compile';
import { PROBLEM_FACTS } from '../../../src/api/problems/problem-facts.ts';

/** An answer, and the request that got it, as a client saw them. */
export interface Exchange {
  readonly method: string;
  /** With its query. */
  readonly url: string;
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: string;
}

export interface Operation {
  readonly operationId?: string;
  readonly summary?: string;
  readonly tags?: readonly string[];
  readonly security?: readonly object[];
  readonly 'x-roles'?: readonly string[];
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly content: Readonly<Record<string, MediaType>> };
  readonly responses: Readonly<Record<string, DocumentedAnswer>>;
}

export interface Parameter {
  readonly name: string;
  readonly in: string;
  readonly required?: boolean;
  readonly schema: object;
}

export interface MediaType {
  readonly schema: object;
  readonly example?: unknown;
  readonly examples?: Readonly<Record<string, { readonly value: unknown }>>;
}

export interface DocumentedAnswer {
  readonly description: string;
  readonly content?: Readonly<Record<string, MediaType>>;
}

export interface OpenApiDocument {
  readonly openapi: string;
  readonly info: { readonly description: string };
  readonly tags: readonly { readonly name: string }[];
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, object>> };
}

/** Holds answers against the OpenAPI document: what it does not describe, to the field, fails the test. */
export class Contract {
  readonly document: OpenApiDocument;
  readonly #routes: { readonly template: RegExp; readonly path: string }[];
  readonly #validators = new Map<object, Validator>();

  constructor(document: OpenApiDocument) {
    this.document = document;
    // A name before a parameter, as routes are found.
    const paths = Object.keys(document.paths).toSorted((a, b) => Number(a.includes('{')) - Number(b.includes('{')));
    this.#routes = paths.map((path) => ({
      path,
      template: new RegExp(`^${path.replaceAll('.', '\\.').replaceAll(/\{\w+\}/g, '[^/]+')}$`),
    }));
  }

  operation(method: string, url: string): Operation | undefined {
    const path = url.split('?', 1)[0] ?? '';
    const route = this.#routes.find(({ template }) => template.test(path));
    return route && this.document.paths[route.path]?.[method.toLowerCase()];
  }

  /** Checks one answer; what an answer must be whichever operation gave it, and then what its operation promises. */
  check(exchange: Exchange): void {
    const { method, url, status, headers, body } = exchange;
    const where = `${method} ${url.slice(0, 100)} answered ${status}`;
    expect(headers['x-request-id'], `${where}: X-Request-ID`).toMatch(/^[\w.:-]{1,128}$/);
    const type = String(headers['content-type']);
    const operation = this.operation(method, url);
    // What is not ready says so in its own words.
    if (status >= 400 && operation?.operationId !== 'getReadiness') checkProblem(exchange, where);
    if (!operation) {
      expect([404, 405], `${where}, which is not in the document`).toContain(status);
      return;
    }
    const answer = operation.responses[status];
    if (!answer) throw new Error(`${where}, a status that the document does not name: ${body.slice(0, 300)}`);
    // A browser is sent on, and there is nothing to read.
    if (status === 303) {
      expect(headers['location'], where).toMatch(/./);
      expect(body, where).toBe('');
      return;
    }
    const mediaType = answer.content?.[type.split(';', 1)[0] ?? ''];
    if (!mediaType) throw new Error(`${where} as ${type}, a type that the document does not name`);
    if (!type.includes('json')) return;
    this.checkValue(mediaType.schema, JSON.parse(body), where);
    if (type.startsWith('application/problem+json')) {
      const { code } = JSON.parse(body) as { code: string };
      expect(Object.keys(mediaType.examples ?? {}), `${where}: documented codes`).toContain(code);
    }
  }

  /** Fails when `value` does not fit `schema`, in which an object has the named fields and no other. */
  checkValue(schema: object, value: unknown, where: string): void {
    let validator = this.#validators.get(schema);
    if (!validator) {
      validator = Compile(this.#closed(schema));
      this.#validators.set(schema, validator);
    }
    if (validator.Check(value)) return;
    throw new Error(`${where}: ${JSON.stringify(validator.Errors(value))} in ${JSON.stringify(value).slice(0, 500)}`);
  }

  /** The schema with every reference replaced by what it names, and objects closed unless they say otherwise. */
  #closed(schema: object): object {
    if ('$ref' in schema) return this.#closed(this.resolve(String(schema.$ref)));
    const entries = Object.entries(schema).map(([key, value]: [string, unknown]) => [key, this.#closedPart(value)]);
    const closed = Object.fromEntries(entries) as object;
    return 'properties' in closed && !('additionalProperties' in closed)
      ? { ...closed, additionalProperties: false }
      : closed;
  }

  #closedPart(part: unknown): unknown {
    if (Array.isArray(part)) return part.map((each) => this.#closedPart(each));
    return typeof part === 'object' && part !== null ? this.#closed(part) : part;
  }

  /** @throws Error when the document does not hold what is referred to */
  resolve(reference: string): object {
    const name = /^#\/components\/schemas\/(\w+)$/.exec(reference)?.[1];
    const schema = name === undefined ? undefined : this.document.components.schemas[name];
    if (!schema) throw new Error(`${reference} leads nowhere`);
    return schema;
  }
}

/** What every problem has, whatever its code. */
const COMMON_MEMBERS = new Set(['type', 'title', 'status', 'code', 'detail', 'errors']);

/** Problem details, RFC 9457, as every error must be; with the facts of its code, no more and no fewer. */
function checkProblem({ status, headers, body }: Exchange, where: string): void {
  expect(headers['content-type'], where).toBe('application/problem+json; charset=utf-8');
  expect(JSON.parse(body), where).toMatchObject({
    type: expect.stringMatching(/^urn:roundtrip:problem:[a-z_.]+$/) as unknown,
    title: expect.stringMatching(/./) as unknown,
    status,
    code: expect.stringMatching(/^[a-z_]+\.[a-z_]+$/) as unknown,
    detail: expect.stringMatching(/./) as unknown,
  });
  if (status === 503) expect(headers['retry-after'], where).toMatch(/^\d+$/);

  const members = JSON.parse(body) as { readonly code: string };
  const facts = Object.keys(members).filter((name) => !COMMON_MEMBERS.has(name));
  const documented = Object.entries(PROBLEM_FACTS).find(([code]) => code === members.code)?.[1] ?? {};
  expect(facts.toSorted(), `${where}: the facts of ${members.code}`).toEqual(Object.keys(documented).toSorted());
}
