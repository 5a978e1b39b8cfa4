import type { Readable } from 'node:stream';
import { Type } from 'typebox';
import type { Api, ApiDependencies } from '../dependencies.ts';
import { problemAnswers } from '../description/documentation.ts';
import { ProblemError } from '../problems/problem.ts';
import { LiveFeed } from '../live/live-feed.ts';

const RETRY_AFTER_SECONDS = 10;

export function liveRoutes(api: Api, { pool, logger }: ApiDependencies): void {
  const feed = new LiveFeed({ pool, logger });
  // Before the server waits for its open connections: these would stay open for as long as their clients like.
  api.addHook('preClose', (done) => {
    feed.close();
    done();
  });

  api.get(
    '/v1/stream',
    {
      // Whoever asks for the headers alone would hold a place, and hear nothing.
      exposeHeadRoute: false,
      schema: {
        operationId: 'streamEvents',
        tags: ['events'],
        summary: 'Hear of every change of state as it happens',
        description:
          'Server-sent events: `transition` carries the data of an event of the feed, under its position as id. A ' +
          'client that comes back with `Last-Event-ID` gets what it missed; `reset` says that it has missed too much ' +
          'to be told, and should read anew what it shows. The stream ends now and then, and is to be opened again. ' +
          'One caller may have twenty open at each process.',
        headers: Type.Object({
          'last-event-id': Type.Optional(
            Type.String({ pattern: '^[0-9]{1,15}$', description: 'The id of the last event that the client has' }),
          ),
        }),
        response: {
          200: {
            description: 'The stream',
            content: { 'text/event-stream': { schema: Type.Unsafe<Readable>({ type: 'string' }) } },
          },
          ...problemAnswers(),
        },
      },
    },
    async ({ headers, principal }, reply) => {
      const lastSeen = headers['last-event-id'];
      const stream = await feed.join(principal.caller, lastSeen === undefined ? undefined : Number(lastSeen));
      if (stream === 'too_many_of_caller') {
        throw new ProblemError('rate.too_many_at_once', 'Close a stream of yours before you open another.', {
          facts: { retry_after_seconds: RETRY_AFTER_SECONDS },
        });
      }
      if (stream === 'full') throw new ProblemError('service.overloaded', 'As many listen as can be served.');
      // A proxy that collects an answer before it passes it on would hold the events back.
      reply.header('Cache-Control', 'no-store').header('X-Accel-Buffering', 'no').type('text/event-stream');
      return reply.send(stream);
    },
  );
}
