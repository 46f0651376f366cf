import { runUntilSignal } from '@ticketing/common/service';
import { readConfig } from './config.ts';
import { startMailbox } from './mailbox.ts';

await runUntilSignal(() => startMailbox(readConfig(process.env)));
