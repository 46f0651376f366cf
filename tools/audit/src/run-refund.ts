import { runRefundCommand } from './order-command.ts';
import { runOnDatabases } from './run-on-databases.ts';

await runOnDatabases('refund', runRefundCommand);
