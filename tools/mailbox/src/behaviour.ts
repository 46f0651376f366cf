import { z } from 'zod';

/** How the mail server behaves; each but `on` is a fault for tests. */
export const smtpBehaviours = ['on', 'off', 'hang', '4xx', '5xx', 'lost-reply'] as const;

export type SmtpBehaviour = (typeof smtpBehaviours)[number];

/** Body of POST /mailbox/behaviour. */
export const behaviourPatch = z.strictObject({ smtp: z.enum(smtpBehaviours) });
