import { defineCollection, listOfTexts, type DocumentOf } from '../mongo/index.ts';

const dayS = 24 * 60 * 60;

/**
 * The log of what operators have run, in auth's database for two years. The command itself writes it: an entry before it requests
 * or reads anything, and the result afterwards. Accounts are named by their ids.
 */
export const operatorActions = defineCollection({
  name: 'operator-actions',
  fields: {
    at: { type: Date, required: true },
    // The user of that machine, or the name that the operator gave.
    by: { type: String, required: true },
    action: { type: String, required: true },
    args: listOfTexts,
    // Absent while it runs, and for good when it was interrupted.
    doneAt: { type: Date },
    exitCode: { type: Number },
    // What it printed, or why it failed. Not of lookups, which print personal data.
    result: { type: String },
  },
  indexes: [
    { key: { at: 1 }, name: 'old_actions', expireAfterSeconds: 2 * 365 * dayS },
    { key: { args: 1, at: 1 }, name: 'actions_of_subject' },
  ],
});

export type OperatorAction = DocumentOf<typeof operatorActions>;
