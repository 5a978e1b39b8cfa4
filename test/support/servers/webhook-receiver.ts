import { Webhook } from 'standardwebhooks';
import type { IncomingHttpHeaders } from 'node:http';
import type { TestServers } from './test-servers.ts';

/** A message as a receiver got it. */
export interface Received {
  readonly path: string;
  readonly id: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  /** What it says, where it is an event. */
  readonly event: {
    readonly id: string;
    readonly type: string;
    readonly data: { readonly order_id: number; readonly sequence: number };
  };
}

export interface WebhookReceiver {
  readonly url: string;
  readonly received: readonly Received[];
  /** What it answers; 204 at first. Told the message, it may hold the answer up. */
  answer: (message: Received) => number | Promise<number>;
}

export async function startReceiver(servers: TestServers): Promise<WebhookReceiver> {
  const received: Received[] = [];
  const receiver = {
    url: '',
    received,
    answer: (_message: Received): number | Promise<number> => 204,
  };
  receiver.url = await servers.httpServer((request, response) => {
    let body = '';
    request.setEncoding('utf8');
    request.on('data', (chunk: string) => (body += chunk));
    request.on('end', () => {
      const { headers, url: path = '' } = request;
      const event = JSON.parse(body) as Received['event'];
      const message = { path, id: String(headers['webhook-id']), headers, body, event };
      received.push(message);
      void Promise.resolve(receiver.answer(message)).then((status) => response.writeHead(status).end());
    });
  });
  return receiver;
}

/** @throws Error when the public library does not take the message for one that this secret has signed */
export function verify({ headers, body }: Received, secret: string): void {
  const text = (name: string) => String(headers[name]);
  new Webhook(secret).verify(body, {
    'webhook-id': text('webhook-id'),
    'webhook-timestamp': text('webhook-timestamp'),
    'webhook-signature': text('webhook-signature'),
  });
}
