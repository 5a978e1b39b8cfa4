import { Command, InvalidArgumentError, Option } from 'commander';
import type { Config } from '../../platform/config.ts';
import { IMPORT_FORMATS, runImport } from '../import/command.ts';
import { ownAddressOf } from '../own-address.ts';

interface ImportFlags {
  readonly format: string;
  readonly url?: string;
  readonly key?: string;
  readonly json?: boolean;
  readonly wait?: boolean;
  readonly waitTimeout: number;
}

export function importCommand(config: () => Config): Command {
  return new Command('import')
    .description("replay a file of a shop's orders and cancellations through the API")
    .argument('<file>', 'the file to read')
    .addOption(new Option('--format <name>', 'what the file holds').choices(IMPORT_FORMATS).makeOptionMandatory())
    .option('--url <url>', "where Roundtrip's web answers; left out: as PUBLIC_URL and PORT have it")
    .addOption(new Option('--key <secret>', 'API key to send, where the API is not open').env('ROUNDTRIP_API_KEY'))
    .option('--json', 'print one JSON object instead of a table')
    .option('--wait', 'end when every invoice is rendered and every refund is settled')
    .option('--wait-timeout <seconds>', 'how long to wait for that', wholeSeconds, 600)
    .action(async (file: string, { format, url, key, json, wait, waitTimeout }: ImportFlags) => {
      const interrupted = new AbortController();
      process.once('SIGINT', () => {
        interrupted.abort();
      });
      process.exitCode = await runImport({
        file,
        format,
        url: url ?? ownAddressOf(config()),
        apiKey: key,
        json: json ?? false,
        wait: wait ?? false,
        waitTimeoutSeconds: waitTimeout,
        stdout: process.stdout,
        stderr: process.stderr,
        signal: interrupted.signal,
      });
    });
}

function wholeSeconds(text: string): number {
  if (!/^\d{1,6}$/.test(text)) throw new InvalidArgumentError('must be a whole number of seconds');
  return Number(text);
}
