import { Connection } from 'rabbitmq-client';
import { namespaceOf } from '../../src/jobs/rabbitmq-broker.ts';
import type { Books } from './books.ts';

/** A connection to the harness's own node, past every wire, for as long as `use` takes. */
export async function withRabbit<Result>(port: number, use: (rabbit: Connection) => Promise<Result>): Promise<Result> {
  const rabbit = new Connection({ url: `amqp://guest:guest@127.0.0.1:${port}`, connectionName: 'faults' });
  rabbit.on('error', () => undefined);
  try {
    return await use(rabbit);
  } finally {
    await rabbit.close();
  }
}

/** What the names of the jobs' queues and exchanges begin with. */
export async function jobsNamespace(books: Books): Promise<string> {
  const [installation] = await books.query<{ token: string }>('SELECT token FROM installation');
  if (!installation) throw new Error('the database has no installation');
  return namespaceOf(installation.token);
}
