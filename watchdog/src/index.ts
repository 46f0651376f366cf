import { runUntilToldToStop } from '@ticketing/common/service';
import { readConfig } from './config.ts';
import { startService } from './service.ts';

await runUntilToldToStop(() => startService(readConfig(process.env)));
