/** Why a request is not served: a status and a JSON body `{"error":{"code","message"}}`. */
export class Refusal extends Error {
  readonly status: number;
  /** For machines: lower case, words with dashes. */
  readonly code: string;
  readonly headers: Readonly<Record<string, string>>;

  /** @param message  For people: what, where, what to do. Sent to the other side, so it holds no payload and no secret. */
  constructor(status: number, code: string, message: string, headers: Readonly<Record<string, string>> = {}) {
    super(message);
    this.name = "Refusal";
    this.status = status;
    this.code = code;
    this.headers = headers;
  }
}

/** The other side has gone before its request was whole: nobody is left to be answered. */
export class ClientGone extends Error {}

/** On every answer, good or bad: it is data, nobody stores it, and no page of another origin may read it. */
export const SAFE_HEADERS: Readonly<Record<string, string>> = {
  "x-content-type-options": "nosniff",
  "cache-control": "no-store",
};

export const JSON_TYPE = "application/json; charset=utf-8";

/** The body of a refusal. */
export function refusalBody({ code, message }: Refusal): string {
  return `${JSON.stringify({ error: { code, message } })}\n`;
}
