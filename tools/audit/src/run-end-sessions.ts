import { runEndSessionsCommand } from './end-sessions-command.ts';
import { runOnDatabases } from './run-on-databases.ts';

await runOnDatabases('end-sessions', runEndSessionsCommand);
