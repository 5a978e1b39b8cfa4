import { createServer } from 'node:net';

/** A port of this machine that is free at this moment; whoever takes it first has it. */
export function findFreePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => {
        if (typeof address === 'object' && address) resolve(address.port);
        else reject(new Error('a listening socket has no port'));
      });
    });
  });
}
