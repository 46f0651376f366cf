/** What is wrong with a file, with the message that its seller reads. */
export const refusals = {
  notPdf: 'This file is not a PDF',
  notPng: 'This file is not a PNG picture',
  notJpeg: 'This file is not a JPEG picture',
  damaged: 'This file is damaged',
  before: 'This file has other data before its beginning: save it as a new PDF or picture',
  behind: 'This file has other data behind its end, as motion photos have: save it as a new PDF or picture',
  archive: 'This file is an archive too: save it as a new PDF or picture',
  password: 'This file needs a password to open',
  scripts: 'This file carries scripts: save it as a new PDF or picture',
  embedded: 'This file carries other files: save it as a new PDF or picture',
  programs: 'This file starts other programs: save it as a new PDF or picture',
  pages: 'This file has more than 20 pages',
  megapixels: 'A picture in this file has more than 50 megapixels',
  animated: 'This picture is animated: attach one that does not move',
  unpacked: 'This file takes up more than 300 MB when it is unpacked: save it as a new PDF or picture',
  codes: 'This file has more than 200 codes',
  time: 'This file takes too long to read: save it as a new PDF or picture',
  unreadable: 'This file cannot be read: save it as a new PDF or picture',
} as const;

export type Refusal = keyof typeof refusals;

/** The file cannot be a ticket's. */
export class FileRefusedError extends Error {
  readonly refusal: Refusal;

  constructor(refusal: Refusal, options?: ErrorOptions) {
    super(refusals[refusal], options);
    this.refusal = refusal;
  }
}
