import { userState } from '@ticketing/common/events';
import { copyOf, defineCollection, type DocumentOf } from '@ticketing/common/mongo';

/** Copies of users: whom to write to. Once an account is closed its copy has no e-mail, and stays for late events. */
export const recipients = defineCollection({
  name: 'recipients',
  fields: { user: { ...copyOf(userState), required: true } },
});

export type Recipient = DocumentOf<typeof recipients>;
