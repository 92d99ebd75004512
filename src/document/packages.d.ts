/** The parts of packages that are used and come without types. */

declare module "linebreak" {
  export default class LineBreaker {
    constructor(text: string);
    /** The next place where a line may end, as a UTF-16 index; null at the end. */
    nextBreak(): { readonly position: number; readonly required: boolean } | null;
  }
}

declare module "pdfjs-dist/legacy/build/pdf.worker.mjs" {
  /** What pdf.js looks for where it is to work in the thread that it is in. */
  export const WorkerMessageHandler: object;
}
