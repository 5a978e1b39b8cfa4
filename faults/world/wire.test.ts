import { once } from 'node:events';
import { connect, createServer, type AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Wire } from './wire.ts';

/** Sends back all that it gets, and closes once the other end has. */
const echo = createServer({ allowHalfOpen: true }, (socket) => {
  socket.on('error', () => undefined);
  socket.pipe(socket);
});

interface Conversation {
  readonly heard: () => string;
  readonly closed: Promise<'in order' | 'reset'>;
  say(text: string): void;
}

describe('a wire', () => {
  let wire: Wire;

  beforeEach(async () => {
    echo.listen(0, '127.0.0.1');
    await once(echo, 'listening');
    wire = new Wire('test', (echo.address() as AddressInfo).port);
    await wire.listen();
  });
  afterEach(async () => {
    await wire.close();
    echo.close();
  });

  function talk(): Conversation {
    const socket = connect(wire.port, '127.0.0.1');
    let heard = '';
    socket.on('data', (bytes) => (heard += bytes.toString()));
    const closed = new Promise<'in order' | 'reset'>((resolve) => {
      socket.once('error', () => {
        resolve('reset');
      });
      socket.once('close', () => {
        resolve('in order');
      });
    });
    return { heard: () => heard, closed, say: (text) => socket.write(text) };
  }

  test('carries both ways what it is given', async () => {
    const conversation = talk();
    conversation.say('hello');
    await expect.poll(conversation.heard).toBe('hello');
  });

  test('resets a connection in the place of its bytes', async () => {
    wire.make({ kind: 'reset' });
    const conversation = talk();
    conversation.say('hello');
    await conversation.closed;
    expect(conversation.heard()).toBe('');
  });

  test('truncates what it carries, and closes', async () => {
    wire.make({ kind: 'truncate' });
    const conversation = talk();
    conversation.say('12345678');
    await conversation.closed;
    expect('1234'.startsWith(conversation.heard())).toBe(true);
  });

  test('holds everything while it is silent, and carries it in order once it is healed', async () => {
    wire.make({ kind: 'silence' });
    const conversation = talk();
    conversation.say('one');
    conversation.say('two');
    await expect.poll(() => wire.held).toBeGreaterThan(0);
    expect(conversation.heard()).toBe('');
    wire.heal();
    await expect.poll(conversation.heard).toBe('onetwo');
  });

  test('lets a tap keep one piece, and all after it, from arriving', async () => {
    wire.tap(() => (direction, bytes) => (direction === 'there' && bytes.includes('secret') ? 'hold' : 'pass'));
    const conversation = talk();
    conversation.say('open');
    await expect.poll(conversation.heard).toBe('open');
    conversation.say('secret');
    const other = talk();
    other.say('other');
    await expect.poll(other.heard).toBe('other');
    expect(conversation.heard()).toBe('open');
  });
});
