import { z } from 'zod';
import { defineEvent } from './define-event.ts';

export const userState = z.object({
  id: z.string(),
  version: z.number().int(),
  email: z.string(),
});

export const userCreated = defineEvent('user.created', userState);
export const userUpdated = defineEvent('user.updated', userState);
