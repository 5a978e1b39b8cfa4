import { Connection } from 'rabbitmq-client';

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
