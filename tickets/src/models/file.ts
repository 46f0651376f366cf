import { bytes, defineCollection, listOf, listOfTexts, type DocumentOf } from '@ticketing/common/mongo';
import { codeFormats } from '../files/code-drawing.ts';

const unattachedForSeconds = 60 * 60;

/** The files of tickets. A new file is attached to its ticket by the transaction that changes the ticket. */
export const files = defineCollection({
  name: 'files',
  fields: {
    ticketId: { type: String, required: true },
    contentType: { type: String, required: true, enum: ['application/pdf', 'image/png', 'image/jpeg'] },
    sha256: { type: String, required: true },
    pages: { type: Number, required: true },
    // Hashes of its codes, as in the collection `codes`.
    codes: { ...listOfTexts, required: true },
    // Absent in files from the release before.
    drawings: listOf({
      format: { type: String, required: true, enum: codeFormats },
      width: { type: Number, required: true },
      height: { type: Number, required: true },
      modules: { type: String, required: true },
      text: { type: String },
    }),
    bytes: { ...bytes, required: true },
    createdAt: { type: Date, required: true },
    // Until it is attached; MongoDB deletes what stays unattached.
    unattachedSince: { type: Date },
  },
  indexes: [
    { key: { ticketId: 1 } },
    { key: { unattachedSince: 1 }, name: 'unattached_files', expireAfterSeconds: unattachedForSeconds },
  ],
});

/** The codes of all tickets on sale, held or sold: the hash of each is the `_id`, so that it belongs to one ticket. */
export const codes = defineCollection({
  name: 'codes',
  fields: { ticketId: { type: String, required: true } },
  indexes: [{ key: { ticketId: 1 } }],
});

export type FileDocument = DocumentOf<typeof files>;
export type CodeDocument = DocumentOf<typeof codes>;
