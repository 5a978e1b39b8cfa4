import { SerializerSelector } from '@fastify/fast-json-stringify-compiler';

type SerializerFactory = ReturnType<typeof SerializerSelector>;
type Serializer = ReturnType<ReturnType<SerializerFactory>>;

/**
 * Compiles a schema when an answer needs it first, and once for all routes and statuses that share it. Compiling every
 * answer of every route beforehand took most of the start and a good part of the memory.
 */
export const buildSerializer: SerializerFactory = (externalSchemas, options) => {
  const compile = SerializerSelector()(plainlyTyped(externalSchemas), options);
  const compiled = new Map<string, Serializer>();
  return (route) => {
    let serialize: Serializer | undefined;
    const compileOnce = (): Serializer => {
      const key = JSON.stringify(route.schema);
      const shared = compiled.get(key) ?? compile({ ...route, schema: plainlyTyped(route.schema) });
      compiled.set(key, shared);
      return shared;
    };
    return (answer: unknown) => {
      serialize ??= compileOnce();
      return serialize(answer);
    };
  };
};

/**
 * The same schema in terms that the compiler turns into plain code. Of `anyOf` it asks a validator, for each value,
 * which one it is, and an `enum` without a type it leaves to JSON.stringify: both together took most of the time of an
 * answer. What may be null says so by `nullable`, and an enum of strings that it is a string.
 */
export function plainlyTyped<Schema>(schema: Schema): Schema;
export function plainlyTyped(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map((each: unknown) => plainlyTyped(each));
  if (typeof schema !== 'object' || schema === null) return schema;
  const plain: Record<string, unknown> = Object.fromEntries(
    Object.entries(schema).map(([keyword, value]) => [keyword, plainlyTyped(value)]),
  );
  const { anyOf, enum: values, ...others } = plain;
  if (Array.isArray(anyOf)) {
    const [some, none, ...more] = anyOf as Record<string, unknown>[];
    if (some && none?.['type'] === 'null' && more.length === 0) return { ...others, ...some, nullable: true };
  }
  if (Array.isArray(values) && values.every((value) => typeof value === 'string')) return { type: 'string', ...plain };
  return plain;
}
