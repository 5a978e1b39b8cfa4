import { Type } from 'typebox';
import { Compile } from 'typebox/compile';
import * as JsonSchema from 'typebox/schema';

const Duration = Type.String({ pattern: '^([0-9]+(\\.[0-9]+)?(ms|s|m|h))+$' });

/** Of a service, what our rules look at; that the rest is well formed is the specification's to say. */
const Service = Type.Object({
  image: Type.String(),
  build: Type.Optional(Type.Object({ context: Type.String(), dockerfile: Type.String() })),
  container_name: Type.Optional(Type.String()),
  restart: Type.Optional(Type.String()),
  stop_grace_period: Type.Optional(Duration),
  environment: Type.Optional(Type.Record(Type.String(), Type.String())),
  depends_on: Type.Optional(Type.Record(Type.String(), Type.Object({ condition: Type.String() }))),
  ports: Type.Optional(Type.Array(Type.String())),
  volumes: Type.Optional(Type.Array(Type.String())),
  healthcheck: Type.Optional(
    Type.Object({
      test: Type.Array(Type.String(), { minItems: 2 }),
      interval: Duration,
      timeout: Duration,
      start_period: Type.Optional(Duration),
    }),
  ),
  deploy: Type.Optional(
    Type.Object({
      resources: Type.Object({ limits: Type.Object({ cpus: Type.String(), memory: Type.String() }) }),
    }),
  ),
});
export type Service = Type.Static<typeof Service>;

const ComposeFile = Type.Object({
  name: Type.String({ pattern: '^[a-z0-9][a-z0-9_-]*$' }),
  services: Type.Record(Type.String(), Service),
  volumes: Type.Record(Type.String(), Type.Null()),
});
export type ComposeFile = Type.Static<typeof ComposeFile>;

const composeFile = Compile(ComposeFile);

interface FoundError {
  readonly instancePath: string;
  readonly message: string;
}

/**
 * Holds the document against the JSON schema of the Compose specification, and then against the shape that our rules read.
 *
 * @param schema as it was parsed; what its formats mean is Compose's own (a duration is Go's), so they are left out
 */
export function readComposeFile(
  document: unknown,
  schema: string,
): { readonly file: ComposeFile } | { readonly faults: readonly string[] } {
  const specification = JsonSchema.Compile(JSON.parse(schema, withoutFormats) as object);
  const [, errors] = specification.Errors(withoutName(document));
  const faults = [...told(errors), ...(composeFile.Check(document) ? [] : told(composeFile.Errors(document)))];
  return faults.length === 0 && composeFile.Check(document) ? { file: document } : { faults };
}

function told(errors: Iterable<FoundError>): string[] {
  return [...errors].map(({ instancePath, message }) => `${instancePath || 'the file'} ${message}`);
}

function withoutFormats(key: string, value: unknown): unknown {
  return key === 'format' && typeof value === 'string' ? undefined : value;
}

/** The specification has had a top-level name since after the edition that we hold. */
function withoutName(document: unknown): unknown {
  if (typeof document !== 'object' || document === null) return document;
  return Object.fromEntries(Object.entries(document).filter(([key]) => key !== 'name'));
}
