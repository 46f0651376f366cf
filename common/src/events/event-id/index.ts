export { eventIdOf } from './event-id.ts';
