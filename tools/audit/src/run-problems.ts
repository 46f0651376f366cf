import { runProblemsCommand } from './problems-command.ts';
import { runOnDatabases } from './run-on-databases.ts';

await runOnDatabases('problems', runProblemsCommand);
