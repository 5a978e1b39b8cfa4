import { SerializerSelector } from '@fastify/fast-json-stringify-compiler';

type SerializerFactory = ReturnType<typeof SerializerSelector>;
type Serializer = ReturnType<ReturnType<SerializerFactory>>;

/**
 * Compiles a schema when an answer needs it first, and once for all routes and statuses that share it. Compiling every
 * answer of every route beforehand took most of the start and a good part of the memory.
 */
export const buildSerializer: SerializerFactory = (externalSchemas, options) => {
  const compile = SerializerSelector()(externalSchemas, options);
  const compiled = new Map<string, Serializer>();
  return (route) => {
    let serialize: Serializer | undefined;
    const compileOnce = (): Serializer => {
      const key = JSON.stringify(route.schema);
      const shared = compiled.get(key) ?? compile(route);
      compiled.set(key, shared);
      return shared;
    };
    return (answer: unknown) => {
      serialize ??= compileOnce();
      return serialize(answer);
    };
  };
};
