import type { FastifyInstance, RouteOptions } from 'fastify';

/**
 * Adds the schemas that the description of the API refers to by their names, and refuses each route from now on that
 * refers to another one: its description would point to nothing, and nobody would be told.
 *
 * @throws Error naming the schema that is missing, now or when the route is registered
 */
export function addNamedSchemas(api: FastifyInstance, schemas: readonly { readonly $id: string }[]): void {
  const names = new Set(schemas.map(({ $id }) => $id));
  const refuseUnknown = (place: string, schema: unknown) => {
    for (const name of namesReferredTo(schema)) {
      if (!names.has(name)) throw new Error(`${place} refers to the schema ${name}, which is not among NAMED_SCHEMAS`);
    }
  };
  for (const schema of schemas) {
    refuseUnknown(schema.$id, schema);
    api.addSchema(schema);
  }
  api.addHook('onRoute', ({ url, schema }: RouteOptions) => {
    refuseUnknown(url, schema);
  });
}

function namesReferredTo(schema: unknown): string[] {
  if (typeof schema !== 'object' || schema === null) return [];
  return Object.entries(schema).flatMap(([key, part]: [string, unknown]) =>
    key === '$ref' && typeof part === 'string' ? [part] : namesReferredTo(part),
  );
}
