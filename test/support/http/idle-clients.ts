import { connect, type Socket } from 'node:net';

/**
 * A program of its own, because a process may open only so many files: connects so many times to a port, says nothing,
 * and tells its parent how it goes. `{ open }` once all are open, `{ left }` whenever it is asked.
 */
const [port = 0, count = 0] = process.argv.slice(2).map(Number);
const CONNECTED_AT_ONCE = 250;

const open = new Set<Socket>();
let failed = 0;

function connectOne(): Promise<void> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.on('connect', () => {
      open.add(socket);
      resolve();
    });
    socket.on('error', () => {
      failed += open.has(socket) ? 0 : 1;
      resolve();
    });
    socket.on('close', () => open.delete(socket));
    // Read, so that the end is seen.
    socket.resume();
  });
}

for (let made = 0; made < count; made += CONNECTED_AT_ONCE) {
  await Promise.all(Array.from({ length: Math.min(CONNECTED_AT_ONCE, count - made) }, connectOne));
}
process.send?.({ open: open.size, failed });
process.on('message', () => process.send?.({ left: open.size }));
