import swaggerUi from '@fastify/swagger-ui';
import type { FastifyInstance, preHandlerHookHandler } from 'fastify';

const FOLDER = '/docs';
const JSON_TYPE = 'application/json; charset=utf-8';
const YAML_TYPE = 'application/x-yaml';

/**
 * Serves the OpenAPI document at /openapi.json, and the pages that show it at /docs. Each of its texts, over a megabyte
 * long, is written out when somebody asks for it first, and once: anybody may ask, as often as they like.
 */
export async function serveDescription(api: FastifyInstance): Promise<void> {
  let json: Buffer | undefined;
  let yaml: Buffer | undefined;
  const asJson = (): Buffer => (json ??= Buffer.from(JSON.stringify(api.swagger())));
  const asYaml = (): Buffer => (yaml ??= Buffer.from(api.swagger({ yaml: true })));
  // Before the plugin's own handlers, which would write the document out for every request.
  const answerKept: preHandlerHookHandler = ({ routeOptions }, reply, done) => {
    switch (routeOptions.url) {
      case `${FOLDER}/json`:
        void reply.type(JSON_TYPE).send(asJson());
        break;
      case `${FOLDER}/yaml`:
        void reply.type(YAML_TYPE).send(asYaml());
        break;
      default:
        done();
    }
  };
  await api.register(swaggerUi, { routePrefix: FOLDER, uiHooks: { preHandler: answerKept } });
  api.get('/openapi.json', { schema: { hide: true }, config: { isPublic: true } }, (_request, reply) =>
    reply.type(JSON_TYPE).send(asJson()),
  );
}
