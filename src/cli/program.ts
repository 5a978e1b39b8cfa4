import { Command } from 'commander';
import { readConfig } from '../platform/config.ts';
import { StartError } from '../platform/start-error.ts';
import { ledgerCommand } from './commands/ledger.ts';
import { auditCommand } from './commands/audit.ts';
import { configCommand } from './commands/config.ts';
import { eraseCommand, exportCustomerCommand } from './commands/customer.ts';
import { importCommand } from './commands/import.ts';
import { keysCommand } from './commands/keys.ts';
import { migrateCommand } from './commands/migrate.ts';
import { peopleCommand } from './commands/people.ts';
import { reconcileCommand } from './commands/reconcile.ts';
import { resetCommand } from './commands/reset.ts';
import { gatewayCommand, webCommand, workerCommand } from './commands/roles.ts';
import { stackCommand } from './commands/stack.ts';
import { startCommand } from './commands/start.ts';

const program = new Command('roundtrip')
  .description('Order and returns management: orders go out, returns come back, money and paper follow.')
  .version('0.1.0')
  .showHelpAfterError('(roundtrip --help lists the commands)');

const config = () => readConfig(process.env);

program.addCommand(startCommand(config));
program.addCommand(stackCommand(config));
program.addCommand(webCommand(config));
program.addCommand(workerCommand(config));
program.addCommand(gatewayCommand(config));
program.addCommand(migrateCommand(config));
program.addCommand(keysCommand(config));
program.addCommand(peopleCommand(config));
program.addCommand(auditCommand(config));
program.addCommand(ledgerCommand(config));
program.addCommand(reconcileCommand(config));
program.addCommand(exportCustomerCommand(config));
program.addCommand(eraseCommand(config));
program.addCommand(resetCommand(config));
program.addCommand(importCommand());
program.addCommand(configCommand());

/** Runs the command that the arguments name, and ends the process when it fails. */
export async function runCommand(argv: readonly string[]): Promise<void> {
  try {
    await program.parseAsync(argv);
  } catch (error) {
    // What the person can mend is one line; anything else is ours to mend, and its stack says where.
    console.error(error instanceof StartError ? `roundtrip: ${error.message}` : error);
    process.exit(1);
  }
}
