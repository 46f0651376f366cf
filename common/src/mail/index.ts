export { mailEnv } from './mail-env.ts';
export { addMail, isRecent, mailJobs, pendingMail, pendingMailIndex, replacedMail, replaceMail } from './mail-job.ts';
export type { MailJob, PendingMail } from './mail-job.ts';
export { openMail } from './open-mail.ts';
export type { Mail } from './open-mail.ts';
export { defineMail } from './template.ts';
export type { MailContext } from './template.ts';
export type { MailContent } from './content.ts';
