import { runReconcileCommand } from './reconcile-command.ts';
import { runOnSources } from './run-on-sources.ts';

await runOnSources('reconcile', runReconcileCommand);
