import { once } from 'node:events';
import { Agent, request, type IncomingMessage } from 'node:http';

export interface Answered {
  readonly status: number;
  readonly closesConnection: boolean;
}

/** Over a connection of its own, as a client that has none open. Undefined: no answer came, the connection was refused or reset. */
export async function send(url: string, method: 'GET' | 'POST', body?: object): Promise<Answered | undefined> {
  const outgoing = request(url, { method, agent: new Agent(), headers: { 'content-type': 'application/json' } });
  outgoing.end(body && JSON.stringify(body));
  try {
    const [response] = (await once(outgoing, 'response')) as [IncomingMessage];
    response.resume();
    await once(response, 'end');
    return { status: response.statusCode ?? 0, closesConnection: response.headers.connection === 'close' };
  } catch {
    return undefined;
  }
}
