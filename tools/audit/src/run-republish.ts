import { runRepublishCommand } from './republish-command.ts';
import { runOnDatabases } from './run-on-databases.ts';

await runOnDatabases('republish', runRepublishCommand);
