import type { Listener } from '@ticketing/common/messaging';

/** Every event that auth consumes: none, since what others do changes no user. */
export const subscriptions = (): Listener[] => [];
