import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { findFreePort } from '../../platform/free-port.ts';
import { RoundRobinProxy } from './round-robin-proxy.ts';

const open: { close(): unknown }[] = [];
afterEach(() => {
  for (const each of open.splice(0)) each.close();
});

/** Answers each connection with its name, and what it is sent with the same in capitals. */
async function startServer(name: string): Promise<{ port: number; server: Server }> {
  const server = createServer((socket) => {
    socket.write(`${name}:`);
    socket.on('data', (text) => socket.end(text.toString().toUpperCase()));
    socket.on('error', () => undefined);
  });
  open.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { port: (server.address() as AddressInfo).port, server };
}

async function startProxy(ports: readonly number[]): Promise<() => Promise<string>> {
  const proxy = new RoundRobinProxy(ports);
  open.push({
    close: () => {
      proxy.stopListening();
    },
  });
  await proxy.listen({ host: '127.0.0.1', port: 0 });
  const { port } = proxy.server.address() as AddressInfo;
  return async () => {
    const socket = connect(port, '127.0.0.1');
    let answer = '';
    socket.on('data', (text) => (answer += text.toString()));
    socket.on('error', () => undefined);
    // Before the server behind is even chosen.
    socket.write('hello');
    await new Promise((resolve) => socket.once('close', resolve));
    return answer;
  };
}

describe('the port in front of several webs', () => {
  test('gives each connection to the next web in turn, whole in both directions', async () => {
    const [one, two] = [await startServer('one'), await startServer('two')];
    const ask = await startProxy([one.port, two.port]);
    expect([await ask(), await ask(), await ask()]).toEqual(['one:HELLO', 'two:HELLO', 'one:HELLO']);
  });

  test('passes over a web that is gone, and gives it its turn again when it is back', async () => {
    const [one, gonePort] = [await startServer('one'), await findFreePort()];
    const ask = await startProxy([gonePort, one.port]);
    expect([await ask(), await ask()]).toEqual(['one:HELLO', 'one:HELLO']);
  });

  test('closes the connection when no web is there', async () => {
    const ask = await startProxy([await findFreePort()]);
    expect(await ask()).toBe('');
  });
});
