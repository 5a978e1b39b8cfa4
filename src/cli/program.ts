import { Command } from 'commander';
import { StartError } from '../platform/start-error.ts';
import { readShopConfig } from './shop-config.ts';

const config = () => readShopConfig(process.env);

/** Loaded when it is the one that is asked for: what all of them stand on takes a second and 80 MiB. */
const COMMANDS = new Map<string, () => Promise<Command>>(
  Object.entries({
    start: async () => (await import('./commands/start.ts')).startCommand(config),
    stack: async () => (await import('./commands/stack.ts')).stackCommand(config),
    web: async () => (await import('./commands/web.ts')).webCommand(config),
    worker: async () => (await import('./commands/worker.ts')).workerCommand(config),
    gateway: async () => (await import('./commands/gateway.ts')).gatewayCommand(config),
    migrate: async () => (await import('./commands/migrate.ts')).migrateCommand(config),
    keys: async () => (await import('./commands/keys.ts')).keysCommand(config),
    people: async () => (await import('./commands/people.ts')).peopleCommand(config),
    secrets: async () => (await import('./commands/secrets.ts')).secretsCommand(config),
    audit: async () => (await import('./commands/audit.ts')).auditCommand(config),
    ledger: async () => (await import('./commands/ledger.ts')).ledgerCommand(config),
    reconcile: async () => (await import('./commands/reconcile.ts')).reconcileCommand(config),
    'export-customer': async () => (await import('./commands/customer.ts')).exportCustomerCommand(config),
    erase: async () => (await import('./commands/customer.ts')).eraseCommand(config),
    reset: async () => (await import('./commands/reset.ts')).resetCommand(config),
    import: async () => (await import('./commands/import.ts')).importCommand(config),
    'compile-ahead': async () => (await import('./start-up/compile-ahead.ts')).compileAheadCommand(),
    config: async () => (await import('./commands/config.ts')).configCommand(),
  }),
);

/** With the command that the arguments name; with all of them where they name none, for the help that lists them. */
export async function loadProgram(argv: readonly string[]): Promise<Command> {
  const program = new Command('roundtrip')
    .description('Order and returns management: orders go out, returns come back, money and paper follow.')
    .version('0.1.0')
    .showHelpAfterError('(roundtrip --help lists the commands)');
  const named = COMMANDS.get(argv[2] ?? '');
  for (const load of named ? [named] : COMMANDS.values()) program.addCommand(await load());
  return program;
}

/** Runs the command that the arguments name, and ends the process when it fails. */
export async function runProgram(program: Command, argv: readonly string[]): Promise<void> {
  try {
    await program.parseAsync(argv);
  } catch (error) {
    // What the person can mend is one line; anything else is ours to mend, and its stack says where.
    console.error(error instanceof StartError ? `roundtrip: ${error.message}` : error);
    process.exit(1);
  }
}
