export { openDoor } from './door.ts';
export type { Door } from './door.ts';
export { eventually } from './eventually.ts';
export { createTestClock } from './test-clock.ts';
export type { TestClock } from './test-clock.ts';
export { openTestSystem } from './test-system.ts';
export type { TestSystem } from './test-system.ts';
export { documentedBy, implementedBy, openApiRoutes } from './documentation.ts';
export type { Documented } from './documentation.ts';
