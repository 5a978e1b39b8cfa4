import type { IncomingMessage, ServerResponse } from 'node:http';

/** What a provider's stand-in answers: a status and a JSON body. */
export interface Answered {
  readonly status: number;
  readonly body: object | string;
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * How the next request goes wrong. `before`: nothing is done; `after`: it is done, and the answer is lost. An answer of
 * its own takes the place of everything.
 */
export type Slip = 'drop_before' | 'drop_after' | 'silence_after' | 'garbage_after' | 'huge_after' | Answered;

export interface ReceivedRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/** A provider's endpoints on a free port of this machine, with its own books behind them. */
export class StandIn {
  readonly requests: ReceivedRequest[] = [];
  readonly #slips: Slip[] = [];
  readonly #answer: (request: ReceivedRequest) => Answered;

  constructor(answer: (request: ReceivedRequest) => Answered) {
    this.#answer = answer;
  }

  /** The next request goes wrong so. */
  slip(slip: Slip): void {
    this.#slips.push(slip);
  }

  readonly listener = (incoming: IncomingMessage, response: ServerResponse): void => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', () => {
      const { pathname: path, searchParams: query } = new URL(incoming.url ?? '/', 'http://stand-in');
      const { method = 'GET', headers } = incoming;
      const request = { method, path, query, headers, body: Buffer.concat(chunks).toString() };
      this.requests.push(request);
      this.#respond(request, response);
    });
  };

  #respond(request: ReceivedRequest, response: ServerResponse): void {
    const slip = this.#slips.shift();
    if (slip === 'drop_before') {
      response.destroy();
      return;
    }
    if (typeof slip === 'object') {
      send(response, slip);
      return;
    }
    const answer = this.#answer(request);
    switch (slip) {
      case undefined:
        send(response, answer);
        return;
      case 'drop_after':
        response.destroy();
        return;
      case 'silence_after':
        return;
      case 'garbage_after':
        send(response, { status: 200, body: '<html>this is not JSON' });
        return;
      case 'huge_after':
        send(response, { status: 200, body: ' '.repeat(10 * 1024 * 1024) });
    }
  }
}

function send(response: ServerResponse, { status, body, headers = {} }: Answered): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(typeof body === 'string' ? body : JSON.stringify(body));
}
