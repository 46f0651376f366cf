import { runReleaseCommand } from './order-command.ts';
import { runOnDatabases } from './run-on-databases.ts';

await runOnDatabases('release', runReleaseCommand);
