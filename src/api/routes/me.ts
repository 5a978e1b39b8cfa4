import type { Api } from '../dependencies.ts';
import { problemAnswers } from '../description/documentation.ts';
import { ref } from '../schemas/common.ts';
import { MeSchema } from '../schemas/identity.ts';
import { meView } from '../views/identity.ts';

export function meRoutes(api: Api): void {
  api.get(
    '/v1/me',
    {
      schema: {
        operationId: 'getMe',
        tags: ['identity'],
        summary: 'Who the request comes from, and what they may do',
        response: { 200: { description: 'Whoever asks', ...ref(MeSchema) }, ...problemAnswers() },
      },
    },
    ({ principal }) => meView(principal),
  );
}
